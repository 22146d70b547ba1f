import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Class } from '../../server/models/class.js';
import { Event } from '../../server/models/event.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeEvent } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeAppointment, makeClass } from '../support/classes/school-day.js';

describe('Delete Class', () => {
  let test: TestApp;
  let event: Event;
  let visitor: Visitor;
  let path: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(new Date('2026-11-20T20:00:00Z'));
    const account = await makeAccount();
    event = await makeEvent(account._id, {
      sync: { on: true, hour: 1, schools: [], terms: [], noTerm: true },
    });
    visitor = await new Visitor(test.app).logIn(await makeUser(account._id, 'event administrator'));
    path = `/events/${event._id.toHexString()}/classes`;
  });

  const statusOf = async (id: Types.ObjectId) => (await Class.findById(id).lean())?.status;
  const stateOf = async (id: Types.ObjectId) => (await Appointment.findById(id).lean())?.state;
  const undoIn = (text: string) => /action="([^"]+\/undo\/[0-9a-f]{24})/.exec(text)?.[1] ?? '';

  it('by the red × of one class deletes that one only, whatever is ticked', async () => {
    const [art, bio] = [await makeClass(event, 'Art'), await makeClass(event, 'Bio')];
    const page = await visitor.get(path);
    assert.match(page.text, new RegExp(`<button class="btn-x" name="one" value="${art._id.toHexString()}"`));
    assert.match(page.text, />Delete Class</);
    const fields = { one: art._id.toHexString(), ids: [bio._id.toHexString()] };
    const answer = await visitor.post(`${path}/deletion`, fields, path);
    assert.equal(answer.headers.location, path);
    assert.equal(await statusOf(art._id), 'deleted');
    assert.equal(await statusOf(bio._id), 'active');
  });

  it('says there and then that the class reappears tonight, and offers undo and Hide instead', async () => {
    const art = await makeClass(event, 'Art', { edits: { room: '7' } });
    await visitor.post(`${path}/deletion`, { one: art._id.toHexString() }, path);
    const page = await visitor.get(path);
    assert.match(page.text, /Deleted Art\. It reappears at the next sync, tonight at 1 AM\./);
    assert.match(page.text, /1 deleted class reappears at the next sync, tonight at 1 AM/);
    assert.match(page.text, /Undo/);
    const hide = new RegExp(`action="([^"]+/${art._id.toHexString()}/hiding)"`).exec(page.text)?.[1] ?? '';
    assert.match(page.text, /Hide instead/);
    await visitor.post(hide, {}, path);
    const after = await Class.findById(art._id).lean();
    assert.equal(after?.status, 'active');
    assert.deepEqual(after.edits, { room: '7', type: 'Hide' });
    assert.equal(after.deletedAt, undefined);
  });

  it('asks again where somebody books while the page that asks is open', async () => {
    const art = await makeClass(event, 'Art');
    await makeAppointment(event, art);
    const ids = art._id.toHexString();
    const asked = await visitor.post(`${path}/deletion`, { ids }, path);
    const page = await visitor.get(asked.headers.location ?? '');
    assert.match(page.text, /name="appointments" value="1"/);
    await makeAppointment(event, art);
    const fields = { ids, sure: 'yes', appointments: '1' };
    const again = await visitor.post(`${path}/deletion`, fields, path);
    assert.equal(again.headers.location, asked.headers.location);
    assert.match((await visitor.get(again.headers.location ?? '')).text, /1 appointment was booked while/);
    assert.equal(await statusOf(art._id), 'active');
    await visitor.post(`${path}/deletion`, { ...fields, appointments: '2' }, path);
    assert.equal(await statusOf(art._id), 'deleted');
  });

  it('of many asks first with numbers and names, and offers Hide instead there', async () => {
    const [art, bio] = [await makeClass(event, 'Art'), await makeClass(event, '<b>Bio</b>')];
    await makeAppointment(event, art);
    await makeAppointment(event, art);
    await makeAppointment(event, art, { state: 'cancelled' });
    const ids = [art._id.toHexString(), bio._id.toHexString()];
    const asked = await visitor.post(`${path}/deletion?size=100`, { ids }, path);
    assert.equal(asked.status, 303);
    assert.equal(await statusOf(art._id), 'active');
    const page = await visitor.get(asked.headers.location ?? '');
    assert.equal(page.status, 200);
    assert.match(page.text, /Delete 2 classes\?/);
    assert.match(
      page.text,
      /1 of them has 2 appointments\. They stay booked and are listed under Problems\./,
    );
    assert.match(page.text, /They reappear at the next sync, tonight at 1 AM/);
    assert.match(page.text, /&lt;b&gt;Bio/);
    assert.match(page.text, /Hide 2 classes/);
    const done = await visitor.post(`${path}/deletion?size=100`, { ids, sure: 'yes' }, path);
    assert.equal(done.headers.location, `${path}?size=100`);
    assert.equal(await Class.countDocuments({ status: 'deleted' }), 2);
    assert.match(
      (await visitor.get(path)).text,
      /Deleted 2 classes\. 2 appointments stay and are in the problem list now\./,
    );
  });

  it('of one with appointments asks first, also by the ×', async () => {
    const art = await makeClass(event, 'Art');
    await makeAppointment(event, art);
    const asked = await visitor.post(`${path}/deletion`, { one: art._id.toHexString() }, path);
    assert.match(asked.headers.location ?? '', /\/deletion\?ids=/);
    assert.equal(await statusOf(art._id), 'active');
  });

  it('makes booked appointments problems and nothing else, and undo books exactly these again, with the edits', async () => {
    const art = await makeClass(event, 'Art', { edits: { name: 'Painting', room: '7' } });
    const booked = await makeAppointment(event, art);
    const pending = await makeAppointment(event, art, { state: 'pending' });
    const earlier = await makeAppointment(event, art, {
      state: 'problem',
      problem: { code: 'text', text: 'The teacher left.' },
    });
    const kept = await makeAppointment(event, art, { kept: { code: 'class deleted' } });
    const other = await makeAppointment(event, await makeClass(event, 'Bio'));
    await visitor.post(`${path}/deletion`, { one: art._id.toHexString(), sure: 'yes' }, path);
    const after = await Appointment.findById(booked._id).lean();
    assert.equal(after?.state, 'problem');
    assert.deepEqual(after.problem, { code: 'class deleted' });
    assert.equal(await stateOf(pending._id), 'pending');
    assert.equal((await Appointment.findById(earlier._id).lean())?.problem?.text, 'The teacher left.');
    assert.equal(await stateOf(other._id), 'booked');
    assert.equal(await stateOf(kept._id), 'booked');

    await visitor.post(undoIn((await visitor.get(path)).text), {}, path);
    const back = await Class.findById(art._id).lean();
    assert.equal(back?.status, 'active');
    assert.deepEqual(back.edits, { name: 'Painting', room: '7' });
    const again = await Appointment.findById(booked._id).lean();
    assert.equal(again?.state, 'booked');
    assert.equal(again.problem, undefined);
    assert.equal(await stateOf(earlier._id), 'problem');
    assert.match(
      (await visitor.get(path)).text,
      /1 class is back, with its settings\. 1 appointment booked again\./,
    );
  });

  it('twice at once deletes, and neither fails', async () => {
    const art = await makeClass(event, 'Art');
    const fields = { one: art._id.toHexString(), sure: 'yes' };
    await visitor.get(path);
    const answers = await Promise.all([1, 2].map(() => visitor.post(`${path}/deletion`, fields, path)));
    assert.deepEqual(
      answers.map(({ status }) => status),
      [303, 303],
    );
    assert.equal(await statusOf(art._id), 'deleted');
  });

  it('asked again after being cut off half way finishes the appointments', async () => {
    const art = await makeClass(event, 'Art');
    const booked = await makeAppointment(event, art);
    await Class.updateOne({ _id: art._id }, { $set: { status: 'deleted', deletedAt: new Date(0) } });
    await visitor.post(`${path}/deletion`, { one: art._id.toHexString(), sure: 'yes' }, path);
    assert.equal(await stateOf(booked._id), 'problem');
  });

  it('undo of a deletion that the sync has overtaken changes nothing and says so', async () => {
    const art = await makeClass(event, 'Art', { edits: { name: 'Painting' } });
    await visitor.post(`${path}/deletion`, { one: art._id.toHexString() }, path);
    const undo = undoIn((await visitor.get(path)).text);
    await Class.updateOne(
      { _id: art._id },
      { $set: { status: 'active', edits: {} }, $unset: { deletedAt: 1 } },
    );
    await visitor.post(undo, {}, path);
    assert.deepEqual((await Class.findById(art._id).lean())?.edits, {});
    assert.match(
      (await visitor.get(path)).text,
      /Nothing to undo\. 1 class was changed since and stays as it is/,
    );
  });

  it('deleted ones are listed under their chip and come back one by one or together', async () => {
    const items = [
      await makeClass(event, 'Art'),
      await makeClass(event, 'Bio'),
      await makeClass(event, 'Chem'),
    ];
    await visitor.post(
      `${path}/deletion`,
      { ids: items.map(({ _id }) => _id.toHexString()), sure: 'yes' },
      path,
    );
    assert.equal((await visitor.get(path)).text.includes('>Art</a>'), false);
    const page = await visitor.get(`${path}?type=deleted`);
    assert.match(page.text, /Bring back<span class="visually-hidden"> Art/);
    assert.match(page.text, /3 deleted classes reappear at the next sync/);
    const [art, bio, chem] = items.map(({ _id }) => _id.toHexString());
    await visitor.post(`${path}/restoration`, { one: art!, ids: [bio!] }, path);
    assert.equal(await Class.countDocuments({ status: 'active' }), 1);
    await visitor.post(`${path}/restoration`, { ids: [bio!, chem!] }, path);
    assert.equal(await Class.countDocuments({ status: 'active' }), 3);
  });

  it('of a class made by hand says that it does not come back', async () => {
    const club = await makeClass(event, 'Chess', { type: 'Activity', byHand: true });
    await visitor.post(`${path}/deletion`, { one: club._id.toHexString() }, path);
    const page = await visitor.get(path);
    assert.match(page.text, /Deleted Chess\. It was made by hand, so syncs don’t bring it back\./);
    assert.equal(page.text.includes('Hide instead'), false);
    assert.match(page.text, /1 deleted class was made by hand\. Syncs don’t bring it back/);
  });

  it('while the sync is off says that the class stays away until it runs', async () => {
    await Event.updateOne({ _id: event._id }, { $set: { 'sync.on': false } });
    const art = await makeClass(event, 'Art');
    await visitor.post(`${path}/deletion`, { one: art._id.toHexString() }, path);
    assert.match((await visitor.get(path)).text, /1 class stays deleted while the sync of this event is off/);
  });

  it('with nothing ticked says so', async () => {
    const answer = await visitor.post(`${path}/deletion`, {}, path);
    assert.equal(answer.status, 422);
    assert.match(answer.text, /Select at least one class first/);
  });

  it("another account's classes and undo entries are out of reach", async () => {
    const art = await makeClass(event, 'Art');
    await visitor.post(`${path}/deletion`, { one: art._id.toHexString() }, path);
    const entry = await AuditEntry.findOne({ action: 'delete class' }).lean();
    const account = await makeAccount('Oak School');
    const theirs = `/events/${(await makeEvent(account._id))._id.toHexString()}/classes`;
    const stranger = await new Visitor(test.app).logIn(await makeUser(account._id, 'administrator'));
    const undo = await stranger.post(`${theirs}/undo/${entry!._id.toHexString()}`, {}, theirs);
    assert.equal(undo.status, 404);
    await stranger.post(`${theirs}/restoration`, { one: art._id.toHexString() }, theirs);
    assert.equal(await statusOf(art._id), 'deleted');
  });
});
