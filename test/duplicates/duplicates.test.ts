import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Contact } from '../../server/models/contact.js';
import { Duplicate, type AlikeReason } from '../../server/models/duplicate.js';
import { Slot } from '../../server/models/slot.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { EVE, makeConference, makeHousehold, type Conference } from '../support/booking/conference.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';

const HOME = '/global-setup/duplicates';

const NUMBER = { code: 'number', field: 'student_number' } as const;

describe('Global Setup → Duplicates', () => {
  let test: TestApp;
  let fair: Conference;
  let visitor: Visitor;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    fair = await makeConference();
    visitor = await new Visitor(test.app).logIn(await makeUser(fair.account._id, 'administrator'));
  });

  const list = async (contact: Contact, candidate: Contact, reason: AlikeReason = NUMBER) => {
    await noteDuplicates(fair.account._id, [{ contact: contact._id, candidate: candidate._id, reason }], EVE);
    return String((await Duplicate.findOne().sort({ _id: -1 }).orFail())._id);
  };
  const listStudents = () => list(fair.students[1]!, fair.students[0]!);
  const post = (path: string, fields: Record<string, string | string[]> = {}) =>
    visitor.post(`${HOME}${path}`, fields, HOME);
  const stateOf = async (id: string) => (await Duplicate.findById(id).orFail().lean()).state;

  it('refuses malformed ids, however often they are sent', async () => {
    for (const path of ['/separation', '/reopening'])
      for (const pairs of [
        ['x', 'y'],
        ['', ''],
        ['x', 'f'.repeat(24)],
      ])
        assert.equal((await post(path, { pairs })).status, 422);
  });

  it('says what it is for while nothing is listed', async () => {
    const { text } = await visitor.get(HOME);
    assert.match(text, /Nothing to decide/);
    assert.match(text, /aria-current="page">Duplicates</);
  });

  it('shows each pair side by side, with the reason and what depends on each', async () => {
    await makeHousehold(fair.account._id, [fair.students[0]!]);
    await Appointment.create({
      account: fair.account._id,
      event: fair.event._id,
      slot: fair.teachers[0]!.slots[0]!._id,
      resource: fair.teachers[0]!.resource._id,
      household: new Types.ObjectId(),
      bookedBy: new Types.ObjectId(),
      students: [fair.students[0]!._id],
      state: 'booked',
      from: EVE,
      to: EVE,
      byKey: 'k',
      createdAt: EVE,
    });
    await Contact.create({
      account: fair.account._id,
      type: 'guardian',
      source: 'clever',
      status: 'active',
      relations: [{ student: 'student-1', relationship: 'Parent', type: '' }],
    });
    await listStudents();
    const { text } = await visitor.get(HOME);
    assert.match(text, /Same student number/);
    assert.match(text, /Leo Lopez<\/a>[\s\S]*Ana Lopez<\/a>/);
    const line = (label: string) =>
      new RegExp(`<th scope="row">${label}</th><td>([^<]*)</td><td>([^<]*)</td>`).exec(text)?.slice(1, 3);
    assert.deepEqual(line('Student ID'), ['1001', '1000']);
    assert.deepEqual(line('Birth date'), ['March 9, 2014', 'March 9, 2014']);
    assert.deepEqual(line('Appointments'), ['0', '1']);
    assert.deepEqual(line('Guardians'), ['1', '0']);
    assert.deepEqual(line('Classes'), ['2', '2']);
    assert.equal(line('Email'), undefined);
    await list(fair.teachers[1]!.contact, fair.teachers[0]!.contact);
    const teachers = await visitor.get(`${HOME}?type=teacher`);
    assert.match(teachers.text, /Mr Park[\s\S]*Mrs Lee/);
    assert.ok(!teachers.text.includes('Ana Lopez'));
  });

  it('finds by the name of either, counts by decision and type, and has pages', async () => {
    await listStudents();
    await list(fair.teachers[1]!.contact, fair.teachers[0]!.contact, { code: 'name' });
    for (const q of ['lee', 'PARK', 'park lee'])
      assert.match((await visitor.get(`${HOME}?q=${q}`)).text, /<strong>1<\/strong> pair</, q);
    assert.match((await visitor.get(`${HOME}?q=nobody`)).text, /Nothing found/);
    const { text } = await visitor.get(HOME);
    assert.match(text, /To decide <span class="count">2</);
    assert.match(text, /Students <span class="count">1</);
    assert.match((await visitor.get(`${HOME}?state=separate`)).text, /To decide <span class="count">2</);
    assert.equal((await visitor.get(`${HOME}?q[$gt]=&state[$ne]=x&page=-1`)).status, 200);
  });

  it('Keep both takes a pair off the list for good, and can be undone', async () => {
    const id = await listStudents();
    assert.equal((await post('/separation', { only: id })).status, 303);
    assert.equal(await stateOf(id), 'separate');
    const kept = await Duplicate.findById(id).orFail().lean();
    assert.deepEqual(kept.records.map((record) => record.id).sort(), ['student-0', 'student-1']);
    await listStudents();
    assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
    const entry = await AuditEntry.findOne({ action: 'keep both contacts' }).orFail().lean();
    assert.match((await visitor.get(HOME)).text, new RegExp(`separation/${String(entry._id)}/undo`));
    assert.equal((await post(`/separation/${String(entry._id)}/undo`)).status, 303);
    assert.equal(await stateOf(id), 'open');
    assert.equal((await post('/separation', { only: id })).status, 303);
    await post('/reopening', { only: id });
    assert.equal(await stateOf(id), 'open');
  });

  it('keeps both of all selected pairs at once', async () => {
    const ids = [await listStudents(), await list(fair.teachers[1]!.contact, fair.teachers[0]!.contact)];
    await post('/separation', { pairs: ids });
    assert.equal(await Duplicate.countDocuments({ state: 'separate' }), 2);
    assert.match((await visitor.get(HOME)).text, /Kept both of 2 pairs/);
    await post('/separation', { pairs: ids });
    assert.match((await visitor.get(HOME)).text, /Nothing was changed/);
  });

  it('asks before merging, says that it cannot be undone, and then merges', async () => {
    const id = await listStudents();
    const { text } = await visitor.get(`${HOME}/${id}/merging`);
    assert.match(text, /Merging cannot be undone/);
    assert.match(text, /Which contact do you want to keep/);
    const keep = String(fair.students[0]!._id);
    assert.equal((await post(`/${id}/merging`, { keep })).status, 303);
    assert.equal(await Contact.countDocuments({ type: 'student' }), 1);
    assert.match((await visitor.get(HOME)).text, /There’s now one contact/);
    assert.match((await visitor.get(`${HOME}?state=merged`)).text, /Merged into the other/);
    assert.equal((await visitor.get(`${HOME}/${id}/merging`)).status, 404);
    assert.equal((await post(`/${id}/merging`, { keep })).status, 303);
    assert.match((await visitor.get(HOME)).text, /Somebody else has decided this pair already/);
  });

  it('says why it cannot merge, with what was chosen kept', async () => {
    const id = await list(fair.teachers[1]!.contact, fair.teachers[0]!.contact, { code: 'name' });
    const answer = await post(`/${id}/merging`, { keep: String(fair.teachers[1]!.contact._id) });
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Both have slots at the same time \(Fall Conferences, /);
    assert.match(answer.text, new RegExp(`value="${String(fair.teachers[1]!.contact._id)}" checked`));
    await Slot.deleteMany({ resource: fair.teachers[1]!.resource._id });
    assert.equal((await post(`/${id}/merging`, { keep: String(fair.teachers[1]!.contact._id) })).status, 303);
  });

  it('offers to finish a merge that was cut off', async () => {
    const id = await listStudents();
    const [keep, drop] = [fair.students[0]!._id, fair.students[1]!._id];
    const merge = { keep, drop, at: new Date(EVE.getTime() - 60_000) };
    await Duplicate.updateOne(
      { _id: id },
      { $set: { state: 'merged', unfinished: true, merge, decidedAt: EVE } },
    );
    const { text } = await visitor.get(HOME);
    assert.match(text, /A merge was cut off/);
    assert.equal((await post(`/${id}/merging`, { keep: String(keep) })).status, 303);
    assert.equal(await Contact.findById(drop).lean(), null);
    assert.ok(!(await visitor.get(HOME)).text.includes('A merge was cut off'));
  });

  it('refuses ids that are not in the pair, or malformed', async () => {
    const id = await listStudents();
    assert.equal((await post(`/${id}/merging`, {})).status, 422);
    assert.equal((await post(`/${id}/merging`, { 'keep[$gt]': '' })).status, 422);
    assert.equal((await post(`/${id}/merging`, { keep: new Types.ObjectId().toHexString() })).status, 422);
    assert.equal((await post('/separation', { 'only[$gt]': '' })).status, 422);
    assert.equal((await post('/separation', { pairs: 'x' })).status, 422);
    for (const path of ['/x/merging', `/${new Types.ObjectId().toHexString()}/merging`])
      assert.equal((await visitor.get(HOME + path)).status, 404);
    assert.equal(await stateOf(id), 'open');
  });

  it('another account’s pairs are not found', async () => {
    const id = await listStudents();
    const other = await makeAccount('Oak School');
    const stranger = await new Visitor(test.app).logIn(await makeUser(other._id, 'administrator'));
    assert.match((await stranger.get(HOME)).text, /Nothing to decide/);
    assert.equal((await stranger.get(`${HOME}/${id}/merging`)).status, 404);
    const keep = String(fair.students[0]!._id);
    assert.equal((await stranger.post(`${HOME}/${id}/merging`, { keep }, HOME)).status, 404);
    await stranger.post(`${HOME}/separation`, { only: id }, HOME);
    await stranger.post(`${HOME}/reopening`, { only: id }, HOME);
    assert.equal(await stateOf(id), 'open');
    await post('/separation', { only: id });
    const entry = String((await AuditEntry.findOne({ action: 'keep both contacts' }).orFail())._id);
    assert.equal((await stranger.post(`${HOME}/separation/${entry}/undo`, {}, HOME)).status, 404);
    assert.equal(await stateOf(id), 'separate');
  });

  it('everybody below an administrator gets 403, and a form without its token too', async () => {
    const id = await listStudents();
    for (const level of ['event administrator', 'appointment maker', 'customer'] as const) {
      const lower = await new Visitor(test.app).logIn(await makeUser(fair.account._id, level));
      assert.equal((await lower.get(HOME)).status, 403, level);
      assert.equal((await lower.post(`${HOME}/separation`, { only: id })).status, 403, level);
    }
    const bare = await visitor.agent.post(`${HOME}/separation`).type('form').send({ only: id });
    assert.equal(bare.status, 403);
    assert.equal(await stateOf(id), 'open');
  });

  it('shows hostile names as text', async () => {
    await Contact.updateOne(
      { _id: fair.students[0]!._id },
      { $set: { firstName: '<script>alert(1)</script>' } },
    );
    const id = await listStudents();
    for (const path of [HOME, `${HOME}/${id}/merging`])
      assert.ok(!(await visitor.get(path)).text.includes('<script>alert'), path);
  });
});
