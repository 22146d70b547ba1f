import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { School } from '../../server/models/school.js';
import type { Event } from '../../server/models/event.js';
import type { User } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeEvent, makeTeacher } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeAppointment, makeClass, makeTeachingPerson } from '../support/classes/school-day.js';

describe('the Class Editor', () => {
  let test: TestApp;
  let event: Event;
  let user: User;
  let visitor: Visitor;
  let path: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    const account = await makeAccount();
    event = await makeEvent(account._id);
    user = await makeUser(account._id, 'event administrator');
    visitor = await new Visitor(test.app).logIn(user);
    path = `/events/${event._id.toHexString()}/classes`;
  });

  const typeOf = async (id: Types.ObjectId) => (await Class.findById(id).lean())?.edits.type;

  it('lists classes with their teachers, primary first, and teachers without a shown class as rows', async () => {
    const lee = await makeTeachingPerson(event, 'Ana Lee');
    const park = await makeTeachingPerson(event, 'Bo Park');
    await makeTeachingPerson(event, 'Cy Quinn');
    await makeClass(event, 'Algebra 1', {
      teachers: [park.contact._id, lee.contact._id],
      students: [new Types.ObjectId(), new Types.ObjectId()],
      edits: { name: 'Maths' },
    });
    const page = await visitor.get(path);
    assert.equal(page.status, 200);
    assert.match(page.text, /Maths<\/a><span class="soft d-block">Roster: Algebra 1/);
    assert.match(page.text, /Bo Park, Ana Lee/);
    assert.match(page.text, /Cy Quinn[\s\S]*Teacher only/);
    assert.equal(/<th scope="row"[^>]*>\s*<span>Ana Lee/.test(page.text), false);
  });

  it('a teacher whose only class is hidden becomes a teacher-only row', async () => {
    const lee = await makeTeachingPerson(event, 'Ana Lee');
    await makeClass(event, 'Art', { teachers: [lee.contact._id], edits: { type: 'Hide' } });
    const page = await visitor.get(`${path}?type=teacher-only`);
    assert.match(page.text, /<span>Ana Lee/);
  });

  it('with "show only classes" leaves out teachers, activities and groups; without script too', async () => {
    await makeTeachingPerson(event, 'Ana Lee');
    await makeTeacher(event, 'Gym');
    await makeClass(event, 'Algebra 1');
    await makeClass(event, 'Chess club', { type: 'Activity', byHand: true });
    const page = await visitor.get(`${path}?only=classes`);
    assert.match(page.text, /Algebra 1/);
    for (const absent of ['Ana Lee', 'Gym', 'Chess club'])
      assert.equal(page.text.includes(absent), false, absent);
    assert.match(page.text, /<input type="checkbox" name="only" value="classes" checked>/);
    assert.match((await visitor.get(path)).text, /Chess club/);
  });

  it('of a district filters by school, and tells classes of one name apart by school, subject and period', async () => {
    const { account } = event;
    const [oak, elm] = await School.create([
      { account, name: 'Oak Elementary', sortKey: 'oak' },
      { account, name: 'Elm High', sortKey: 'elm' },
    ]);
    assert.ok(oak && elm);
    await makeClass(event, 'Reading', { school: oak._id, subject: 'english', period: '1' });
    await makeClass(event, 'Reading', { school: elm._id, subject: 'english', period: '3' });
    await makeClass(event, 'Reading', { school: elm._id, subject: '', period: '' });
    await makeClass(event, 'Algebra', { school: elm._id, subject: 'math' });
    const apart = (html: string) =>
      [...html.matchAll(/>Reading<\/a>(?:<span class="soft d-block">(.*?)<\/span>)?/g)].map(
        ([, told]) => told,
      );
    const page = await visitor.get(path);
    assert.deepEqual(apart(page.text).sort(), [
      'Elm High',
      'Elm High · english · Period 3',
      'Oak Elementary · english · Period 1',
    ]);
    assert.doesNotMatch(page.text, /math/);
    assert.match(page.text, /<option value="" selected>All schools<\/option><option[^>]*>Elm High/);
    const ofElm = await visitor.get(`${path}?school=${elm._id.toHexString()}&sort=students`);
    assert.equal(apart(ofElm.text).length, 2);
    assert.match(ofElm.text, /All <span class="count">3</);
    assert.match(ofElm.text, new RegExp(`school=${elm._id.toHexString()}&amp;sort=-students`));
    assert.equal(apart((await visitor.get(`${path}?school=<&type=class`)).text).length, 3);
  });

  it('finds by name, former name and teacher, with accents folded', async () => {
    const nunez = await makeTeachingPerson(event, 'Inés Núñez');
    await makeClass(event, 'Algebra 1', { teachers: [nunez.contact._id], edits: { name: 'Maths' } });
    await makeClass(event, 'Biology');
    for (const q of ['maths', 'ALGEBRA', 'nunez', 'Núñez maths']) {
      const page = await visitor.get(`${path}?q=${encodeURIComponent(q)}`);
      assert.match(page.text, /Maths/, q);
      assert.equal(page.text.includes('>Biology<'), false, q);
    }
    assert.match((await visitor.get(`${path}?q=zzz`)).text, /No classes match/);
  });

  it('sorts, pages and remembers the size in its addresses; a page past the end is the last one', async () => {
    for (let n = 1; n <= 60; n += 1)
      await makeClass(event, `Class ${String(n).padStart(2, '0')}`, {
        students: Array.from({ length: n }, () => new Types.ObjectId()),
      });
    const names = async (query: string) =>
      [...(await visitor.get(`${path}${query}`)).text.matchAll(/>(Class \d\d)<\/a>/g)].map(
        ([, name]) => name,
      );
    assert.equal((await names('')).length, 50);
    assert.deepEqual((await names('?sort=-students')).slice(0, 2), ['Class 60', 'Class 59']);
    assert.equal((await names('?page=99')).length, 10);
    assert.equal((await names('?size=100')).length, 60);
    assert.match((await visitor.get(`${path}?size=100&q=class`)).text, /sort=-name&amp;size=100/);
    assert.equal((await visitor.get(`${path}?size=7&sort=what&page=x`)).status, 200);
  });

  it('shows hostile names as text and never more of them than fits', async () => {
    const lee = await makeTeachingPerson(event, '<script>alert(1)</script> "Lee');
    await makeClass(event, '<img src=x onerror=alert(1)>', { teachers: [lee.contact._id] });
    await makeClass(event, 'L'.repeat(10_000));
    const page = await visitor.get(path);
    assert.equal(page.text.includes('<script>alert'), false);
    assert.equal(page.text.includes('<img src=x'), false);
    assert.equal(page.text.includes('L'.repeat(81)), false);
  });

  it('saves all changed types in one go, removes the choice that the sync agrees with, and leaves the rest', async () => {
    const [art, bio, chem] = [
      await makeClass(event, 'Art'),
      await makeClass(event, 'Bio', { edits: { type: 'Hide', room: '7' } }),
      await makeClass(event, 'Chem'),
    ];
    const fields: Record<string, string> = { action: 'save' };
    for (const [item, was, to] of [
      [art, 'Class', 'Activity'],
      [bio, 'Hide', 'Class'],
      [chem, 'Class', 'Class'],
    ] as const) {
      fields[`was-${item._id.toHexString()}`] = was;
      fields[`type-${item._id.toHexString()}`] = to;
    }
    const answer = await visitor.post(`${path}/types?q=a&size=100`, fields, path);
    assert.equal(answer.status, 303);
    assert.equal(answer.headers.location, `${path}?q=a&size=100`);
    assert.equal(await typeOf(art._id), 'Activity');
    const after = await Class.findById(bio._id).lean();
    assert.deepEqual(after?.edits, { room: '7' });
    assert.equal(await typeOf(chem._id), undefined);
    assert.equal(await AuditEntry.countDocuments({ action: 'set class type', user: user._id }), 1);
  });

  it('hides ticked classes, says that they stay in the sync, and undoes exactly that', async () => {
    const [art, bio] = [
      await makeClass(event, 'Art'),
      await makeClass(event, 'Bio', { edits: { type: 'Group' } }),
    ];
    await makeAppointment(event, art);
    const ids = [art._id.toHexString(), bio._id.toHexString()];
    await visitor.post(`${path}/types`, { action: 'set', to: 'Hide', ids }, path);
    assert.equal(await typeOf(art._id), 'Hide');
    const page = await visitor.get(path);
    assert.match(
      page.text,
      /2 classes are hidden\. They stay in the nightly sync\. 1 appointment stays booked\./,
    );
    const undo = /action="([^"]+\/undo\/[0-9a-f]{24})/.exec(page.text)?.[1] ?? '';
    await Class.updateOne({ _id: art._id }, { $set: { 'edits.type': 'Homeroom' } });
    assert.equal((await visitor.post(undo, {}, path)).status, 303);
    assert.equal(await typeOf(art._id), 'Homeroom');
    assert.equal(await typeOf(bio._id), 'Group');
    assert.match((await visitor.get(path)).text, /1 class was changed since and stays as it is/);
  });

  it('does not overwrite what somebody else chose since the page was shown', async () => {
    const art = await makeClass(event, 'Art', { edits: { type: 'Hide' } });
    const id = art._id.toHexString();
    await visitor.post(
      `${path}/types`,
      { action: 'save', [`was-${id}`]: 'Class', [`type-${id}`]: 'Group' },
      path,
    );
    assert.equal(await typeOf(art._id), 'Hide');
    assert.match((await visitor.get(path)).text, /1 class was changed by somebody else in the meantime/);
  });

  it('a type that does not exist is refused', async () => {
    const art = await makeClass(event, 'Art');
    const id = art._id.toHexString();
    const answer = await visitor.post(`${path}/types`, { [`type-${id}`]: 'Wizard' }, path);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Select a type from the list/);
    assert.equal(await typeOf(art._id), undefined);
  });

  it('a lower level gets 403, a stranger 404, nobody changes anything, and a form without its token is refused', async () => {
    const art = await makeClass(event, 'Art');
    const id = art._id.toHexString();
    const change = { action: 'set', to: 'Hide', ids: id };
    for (const level of ['appointment viewer', 'appointment maker', 'resource administrator'] as const) {
      const lower = await new Visitor(test.app).logIn(await makeUser(event.account, level));
      assert.equal((await lower.get(path)).status, 403, level);
      assert.equal((await lower.post(`${path}/types`, change)).status, 403, level);
      assert.equal((await lower.post(`${path}/deletion`, { ids: id })).status, 403, level);
    }
    const other = await makeAccount('Oak School');
    const stranger = await new Visitor(test.app).logIn(await makeUser(other._id, 'administrator'));
    for (const address of [path, `${path}/${id}`, `${path}/deletion?ids=${id}`])
      assert.equal((await stranger.get(address)).status, 404, address);
    assert.equal((await stranger.post(`${path}/types`, change)).status, 404);

    // Through an event of their own they reach no class of ours.
    const theirs = `/events/${(await makeEvent(other._id))._id.toHexString()}/classes`;
    await stranger.post(`${theirs}/types`, change, theirs);
    await stranger.post(`${theirs}/deletion`, { ids: id, sure: 'yes' }, theirs);
    await stranger.post(`${theirs}/hiding`, { ids: id }, theirs);
    assert.equal((await stranger.get(`${theirs}/${id}`)).status, 404);
    assert.equal((await visitor.agent.post(`${path}/types`).type('form').send(change)).status, 403);
    const after = await Class.findById(art._id).lean();
    assert.equal(after?.status, 'active');
    assert.deepEqual(after.edits, {});
  });

  it('an event administrator of another event of the account gets 404', async () => {
    const elsewhere = await makeEvent(event.account, { name: 'Spring' });
    const one = await makeUser(event.account, 'event administrator', { event: elsewhere._id });
    const answer = await (await new Visitor(test.app).logIn(one)).get(path);
    assert.equal(answer.status, 404);
  });

  it('an event without classes says what this place is for', async () => {
    const page = await visitor.get(path);
    assert.match(page.text, /Nothing can be booked yet/);
    assert.match(page.text, /href="\/importer"/);
  });
});
