import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeAccount, makeUser, Visitor, type TestApp } from '../support/app.js';
import { makeAppointment } from '../support/appointment.js';
import { makeTeachingPerson } from '../support/classes/school-day.js';
import { makeEvent, makeSlot } from '../support/event.js';
import { emptyDatabase } from '../support/hooks.js';

describe('who came to a teacher', () => {
  let test: TestApp;
  let account: Types.ObjectId;
  let event: Event;
  let maker: Visitor;
  let lee: { contact: { _id: Types.ObjectId }; resource: Resource };
  let booked: Appointment[];
  let home: string;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    account = (await makeAccount())._id;
    event = await makeEvent(account);
    maker = await new Visitor(test.app).logIn(await makeUser(account, 'appointment maker'));
    lee = await makeTeachingPerson(event, 'Ana Lee');
    booked = [];
    for (const time of ['17:00', '17:10', '17:20'])
      booked.push(await makeAppointment(await makeSlot(event, lee.resource, `2026-11-24T${time}`)));
    home = `/events/${String(event._id)}/attendance/${String(lee.resource._id)}`;
  });

  const marks = async () =>
    (await Appointment.find({ event: event._id }).sort({ from: 1 }).lean()).map(({ attended }) => attended);
  /** What the form sends: for each what the page showed and what is marked. */
  const form = (...rows: [was: string, mark: string][]) =>
    Object.fromEntries(
      rows.flatMap(([was, mark], index) => {
        const id = String(booked[index]?._id);
        return [
          [`was-${id}`, was],
          [`mark-${id}`, mark],
        ];
      }),
    );
  const undoIn = (html: string) =>
    /action="([^"]+\/undo\/[0-9a-f]{24})"/.exec(html)?.[1] ?? assert.fail(html);

  it('is reached from the schedule, marked in one form, and undone', async () => {
    const schedule = await maker.get(`/reports/${String(event._id)}/schedule`);
    assert.ok(schedule.text.includes(`href="${home}"`));
    const page = await maker.get(home);
    assert.match(page.text, /Who came to Ana Lee[\s\S]*Tue, Nov 24, 5:00–5:10 PM/);
    assert.match(page.text, /<p class="lead">Fall conferences · Tuesday, November 24, 2026 · Room R 1</);
    assert.equal((await maker.post(home, form(['', 'yes'], ['', 'no'], ['', '']), home)).status, 303);
    assert.deepEqual(await marks(), ['yes', 'no', undefined]);
    const after = await maker.get(home);
    assert.match(after.text, /Marked 2 appointments\./);
    const undo = undoIn(after.text);
    assert.equal((await maker.post(undo, {}, home)).status, 303);
    assert.deepEqual(await marks(), [undefined, undefined, undefined]);
    assert.match((await maker.get(home)).text, /Undone for 2 appointments\./);
    await maker.post(undo, {}, home);
    assert.match((await maker.get(home)).text, /Undone for 0 appointments\. 2 appointments are left/);
    assert.deepEqual(
      (await AuditEntry.find({ event: event._id }).sort({ _id: 1 }).lean()).map(({ action }) => action),
      ['mark attendance', 'undo attendance'],
    );
  });

  it('is marked by a teacher who sits in a colleague’s slot, too, and undone', async () => {
    const park = await makeTeachingPerson(event, 'Ben Park');
    await Appointment.updateOne({ _id: booked[1]!._id }, { $set: { with: [park.resource._id] } });
    const theirs = `/events/${String(event._id)}/attendance/${String(park.resource._id)}`;
    const id = String(booked[1]!._id);
    const mark = { [`was-${id}`]: '', [`mark-${id}`]: 'yes' };
    assert.ok((await maker.get(theirs)).text.includes(`mark-${id}`));
    await maker.post(theirs, mark, theirs);
    assert.deepEqual(await marks(), [undefined, 'yes', undefined]);
    const after = await maker.get(theirs);
    assert.match(after.text, /Marked 1 appointment\./);
    await maker.post(undoIn(after.text), {}, theirs);
    assert.deepEqual(await marks(), [undefined, undefined, undefined]);
    // Whoever isn’t in it marks nothing.
    const other = String(booked[0]!._id);
    await maker.post(theirs, { [`was-${other}`]: '', [`mark-${other}`]: 'yes' }, theirs);
    assert.deepEqual(await marks(), [undefined, undefined, undefined]);
  });

  it('names the room as it is written on the door', async () => {
    await Resource.updateOne({ _id: lee.resource._id }, { $set: { room: 'Room 12' } });
    assert.match((await maker.get(home)).text, /<p class="lead">[^<]* · Room 12</);
    await Resource.updateOne({ _id: lee.resource._id }, { $set: { room: '' } });
    assert.match((await maker.get(home)).text, /<p class="lead">Fall conferences · [^·<]*</);
  });

  it('one button says that everybody else came', async () => {
    await maker.post(home, { ...form(['', ''], ['', 'no'], ['', '']), rest: 'yes' }, home);
    assert.deepEqual(await marks(), ['yes', 'no', 'yes']);
  });

  it('a mark is written only over what its page showed, and only while the appointment takes place', async () => {
    await Appointment.updateOne({ _id: booked[0]?._id }, { $set: { attended: 'no' } });
    await Appointment.updateOne({ _id: booked[1]?._id }, { $set: { state: 'cancelled' } });
    await maker.post(home, form(['', 'yes'], ['', 'yes'], ['', 'yes']), home);
    assert.deepEqual(await marks(), ['no', undefined, 'yes']);
    assert.match(
      (await maker.get(home)).text,
      /Marked 1 appointment\. 2 appointments are left alone, because somebody else changed them in the meantime\./,
    );
    await maker.post(home, form(['no', 'no']), home);
    assert.match((await maker.get(home)).text, /You didn’t change anything\./);
  });

  it('a viewer does not reach it, a teacher their own alone, a stranger nothing; odd forms change nothing', async () => {
    const viewer = await new Visitor(test.app).logIn(await makeUser(account, 'appointment viewer'));
    assert.equal((await viewer.get(home)).status, 403);
    assert.equal((await viewer.post(home, form(['', 'yes']))).status, 403);
    assert.doesNotMatch((await viewer.get(`/reports/${String(event._id)}/schedule`)).text, /Mark who came/);
    const user = await makeUser(account, 'resource administrator');
    await User.updateOne({ _id: user._id }, { $set: { 'grants.0.contact': lee.contact._id } });
    const teacher = await new Visitor(test.app).logIn(user);
    const kim = await makeTeachingPerson(event, 'Bo Kim');
    const other = home.replace(String(lee.resource._id), String(kim.resource._id));
    assert.equal((await teacher.get(other)).status, 404);
    // Through their own teacher's address another's appointment is not marked.
    assert.equal((await maker.post(other, form(['', 'yes']), home)).status, 303);
    assert.deepEqual(await marks(), [undefined, undefined, undefined]);
    assert.equal((await teacher.post(home, form(['', 'yes']), home)).status, 303);
    assert.deepEqual(await marks(), ['yes', undefined, undefined]);
    const stranger = await new Visitor(test.app).logIn(
      await makeUser((await makeAccount('Oak'))._id, 'administrator'),
    );
    assert.equal((await stranger.get(home)).status, 404);
    assert.equal((await maker.post(home, form(['', 'perhaps']), home)).status, 422);
    assert.equal((await maker.post(`${home}/undo/${String(booked[0]?._id)}`, {}, home)).status, 404);
  });

  it('of an archived event nothing is marked', async () => {
    await Event.updateOne({ _id: event._id }, { $set: { status: 'archived' } });
    assert.doesNotMatch((await maker.get(home)).text, /Save attendance/);
    assert.equal((await maker.post(home, form(['', 'yes']), '/reports')).status, 409);
    assert.deepEqual(await marks(), [undefined, undefined, undefined]);
  });
});
