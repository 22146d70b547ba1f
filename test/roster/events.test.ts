import assert from 'node:assert/strict';
import { Account } from '../../server/models/account.js';
import { Contact } from '../../server/models/contact.js';
import { School } from '../../server/models/school.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { EventNights } from '../support/roster/event-nights.js';
import { changeAtRandom, drawFrom } from '../support/roster/random-changes.js';

describe('syncs by events', () => {
  let nights: EventNights;
  beforeEach(() => (nights = new EventNights()));
  afterEach(() => nights.district.close());

  it('sixteen nights with changes of every kind end as full ones do', async () => {
    await nights.begin();
    const full = await nights.twin();
    await nights.district.sync(full.event);
    const draw = drawFrom();
    let byEvents = 0;
    for (let count = 1; count <= 16; count += 1) {
      if (count % 2 === 0) nights.district.sandbox.advanceNight();
      const done = changeAtRandom(nights.district.sandbox, draw, 10);
      const { how, why } = await nights.night();
      if (how === 'events') byEvents += 1;
      // Where the guard or a doubt leaves the night to a full download, it says so.
      else assert.ok(why, `night ${String(count)}`);
      assert.equal((await nights.district.refreshOf(await nights.district.sync(full.event))).how, 'full');
      assert.deepEqual(
        await nights.stateOf(),
        await nights.stateOf(full.account),
        `night ${String(count)}: ${done.join(', ')}`,
      );
    }
    assert.ok(byEvents > 12, String(byEvents));
  });

  it('nights in which a school is no longer shared and shared again end as full ones do', async () => {
    await nights.begin();
    const full = await nights.twin();
    const { sandbox, schools } = nights.district;
    await nights.district.sync(full.event);
    const draw = drawFrom();
    let byEvents = 0;
    const isAsInFull = async (what: string) => {
      await nights.district.sync(full.event);
      assert.deepEqual(await nights.stateOf(), await nights.stateOf(full.account), what);
    };
    for (let count = 1; count <= 8; count += 1) {
      sandbox.shareSchool(sandbox.idOf('school', 1), count % 2 === 0);
      const done = changeAtRandom(sandbox, draw, 10);
      const { how, why, events = 0 } = await nights.night();
      if (how === 'events' && events > 10) byEvents += 1;
      else assert.ok(why, `night ${String(count)}`);
      await isAsInFull(`night ${String(count)}: ${done.join(', ')}`);
    }
    assert.ok(byEvents > 5, String(byEvents));
    const of = { account: nights.district.account, schools: schools[0] };
    const before = await Contact.countDocuments({ ...of, status: 'active' });
    sandbox.shareSchool(sandbox.idOf('school', 0), false);
    await nights.isFull('school not listed');
    await isAsInFull('a matched one');
    assert.ok((await Contact.countDocuments({ ...of, status: 'active' })) < before);
    sandbox.shareSchool(sandbox.idOf('school', 0), true);
    await nights.night();
    await isAsInFull('a matched one again');
    assert.equal(await Contact.countDocuments({ ...of, status: 'active' }), before);
  });

  it('bring the address of a matched school', async () => {
    await nights.begin();
    const { sandbox } = nights.district;
    for (const index of [0, 1])
      sandbox.change(sandbox.idOf('school', index), { location: { address: '7 Oak Road', city: 'Lodi' } });
    assert.equal((await nights.night()).how, 'events');
    const found = await School.find({ 'synced.address': '7 Oak Road, Lodi, CA 90210' }).lean();
    assert.deepEqual(
      found.map(({ clever, synced }) => [clever?.id, synced?.from]),
      [[sandbox.idOf('school', 0), 'clever']],
    );
  });

  it('a night after a list is no longer shared reads everything, and removes nothing', async () => {
    await nights.begin();
    const before = await nights.stateOf();
    nights.district.sandbox.share('contact', 'empty');
    const refresh = await nights.isFull('many would leave');
    assert.match(sayRemarks(refresh).join(), /Clever no longer shares guardians/);
    assert.deepEqual(await nights.stateOf(), before);
    nights.district.sandbox.share('contact', 'shared');
    await nights.isFull('list shared');
    assert.deepEqual(await nights.stateOf(), before);
  });

  it('a quiet night reads the district’s state, one page, and whether the last event is still there; a usual night reads few pages', async () => {
    await nights.begin();
    const asked = async () => {
      const before = nights.district.sandbox.requests().length;
      const { how, events } = await nights.night();
      assert.equal(how, 'events');
      return [nights.district.sandbox.requests().slice(before), events] as const;
    };
    const [quiet, none] = await asked();
    assert.deepEqual([quiet.length, none], [3, 0], quiet.join());
    const { arrived } = nights.district.sandbox.advanceNight();
    const [usual, some] = await asked();
    assert.ok(usual.length <= 10 + arrived.length, usual.join('\n'));
    assert.ok((some ?? 0) > 10);
  });

  it('events that are read twice change nothing', async () => {
    await nights.begin();
    const { clever } = await nights.account();
    nights.district.sandbox.advanceNight();
    await nights.night();
    const state = await nights.stateOf();
    await Account.updateOne({ _id: nights.district.account }, { $set: { 'clever.cursor': clever?.cursor } });
    const again = await nights.night();
    assert.equal(again.how, 'events');
    assert.ok((again.events ?? 0) > 10);
    assert.equal(again.changed, undefined, sayResult(again));
    assert.deepEqual(await nights.stateOf(), state);
  });

  it('somebody who is here only through a class comes, goes and comes back with it, and so do their guardians', async () => {
    await nights.begin();
    const { sandbox } = nights.district;
    const section = sandbox.idOf('section', 0);
    const child = { relationship: 'Parent', type: 'Primary' };
    const [student, contact] = [sandbox.idOf('student', 3), sandbox.idOf('contact', 0)];
    sandbox.change(student, { roles: { student: { school: '', schools: [] } } });
    sandbox.change(contact, { roles: { contact: { student_relationships: [{ ...child, student }] } } });
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const id = sandbox.idOf('section', index);
      const students = (sandbox.read(id)?.students ?? []) as string[];
      if (students.includes(student))
        sandbox.change(id, { students: students.filter((other) => other !== student) });
    }
    const listed = sandbox.read(section)?.students as string[];
    for (const students of [listed, listed.concat(student), listed, listed.concat(student)])
      for (const change of [
        { students },
        { school: sandbox.idOf('school', 1) },
        { school: sandbox.idOf('school', 0) },
      ]) {
        sandbox.change(section, change);
        assert.equal((await nights.night()).how, 'events');
        await nights.isSettled();
      }
    const found = await Contact.find({ 'record.id': { $in: [student, contact] }, status: 'active' }).lean();
    assert.equal(found.length, 2);
  });

  it('somebody who comes back under another id is the same contact', async () => {
    let [old, fresh] = ['', ''];
    await nights.begin((sandbox) => {
      [old, fresh] = [sandbox.idOf('student', 0), sandbox.idOf('student', 1)];
      sandbox.remove(fresh);
      sandbox.change(old, { email: 'old@example.org', roles: { student: { dob: '1/2/2012' } } });
    });
    const full = await nights.twin();
    await nights.district.sync(full.event);
    const { sandbox } = nights.district;
    const before = await Contact.findOne({ account: nights.district.account, 'record.id': old })
      .orFail()
      .lean();
    const { name, email } = sandbox.read(old) ?? {};
    sandbox.remove(old);
    assert.equal((await nights.night()).how, 'events');
    await nights.district.sync(full.event);
    sandbox.restore(fresh);
    sandbox.change(fresh, { name, email, roles: { student: { dob: '1/2/2012' } } });
    assert.equal((await nights.night()).how, 'events');
    await nights.district.sync(full.event);
    assert.deepEqual(await nights.stateOf(), await nights.stateOf(full.account));
    const { status, record } = await Contact.findById(before._id).orFail().lean();
    assert.deepEqual([status, record?.id], ['active', fresh]);
  });
});
