import assert from 'node:assert/strict';
import { sendReminders } from '../../server/meetings/send-reminders.js';
import { tellHousehold } from '../../server/meetings/tell-household.js';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import type { Visitor } from '../support/app.js';
import { Desk } from '../support/booking/desk.js';
import { EVE } from '../support/booking/conference.js';
import { interleave } from '../support/booking/interleave.js';
import { asApp } from '../support/scans.js';

const HOUR = 3600_000;
/** When the first slot begins. */
const FIRST = new Date('2026-11-24T23:00:00Z');

describe('reminders', () => {
  let desk: Desk;
  let parent: Visitor;

  beforeEach(async () => {
    desk = await Desk.open();
    ({ visitor: parent } = await desk.parentOf(0));
  });

  const set = (reminders: number[], more: object = {}) =>
    Event.updateOne({ _id: desk.fair.event._id }, { $set: { reminders, ...more } });
  const tick = (at: Date) => {
    desk.test.setNow(at);
    return asApp(() => sendReminders(desk.test.deps, new AbortController().signal));
  };
  const before = (hours: number, of = FIRST) => new Date(of.getTime() - hours * HOUR);
  const mails = () => Notification.find({ kind: 'appointment reminder' }).sort({ _id: 1 }).lean();
  const count = async () => (await mails()).length;
  const idOf = (path: string) => path.split('/').at(-1)!;

  it('go out so many hours before, once each, also by two workers at once', async () => {
    await set([24, 2], { office: { phone: '555-010-2000', email: 'office@maple.example', replyTo: '' } });
    await desk.book(parent, 0, 0);
    await tick(before(24.2));
    assert.equal(await count(), 0);
    await Promise.all([tick(before(24)), tick(before(24))]);
    await tick(before(23.9));
    assert.equal(await count(), 1);
    const [mail] = await mails();
    assert.match(mail!.subject, /^Reminder: Mrs Lee, /);
    assert.match(
      mail!.text,
      /This is a reminder of your meeting at Maple School\.[\s\S]*Room 10, Main building/,
    );
    assert.match(
      mail!.text,
      /Questions\? Call the school’s office at 555-010-2000, or write to office@maple/,
    );
    assert.equal(mail!.replyTo, 'office@maple.example');
    await tick(before(2));
    await tick(before(1));
    await tick(new Date(+FIRST + HOUR));
    assert.equal(await count(), 2);
  });

  it('do not go out at a time that had passed when somebody booked, nor for what is canceled', async () => {
    await set([48, 2]);
    const path = await desk.book(parent, 0, 0);
    await tick(before(20));
    assert.equal(await count(), 0);
    await parent.post(`${path}/cancel`, {}, `${path}/cancel`);
    await tick(before(1));
    assert.equal(await count(), 0);
  });

  it('are not sent twice when the hours are changed, and make up for what a worker missed', async () => {
    await set([24]);
    await desk.book(parent, 0, 0);
    await tick(before(23));
    await set([30]);
    await tick(before(22));
    assert.equal(await count(), 1);
    await set([30, 3, 2]);
    // Two are due: one is sent.
    await tick(before(1));
    assert.equal(await count(), 2);
  });

  it('go by the new time of a meeting that is moved: no more for the old one, one for the new', async () => {
    await set([24]);
    const path = await desk.book(parent, 0, 0);
    await tick(before(24));
    desk.test.setNow(before(23.99));
    await desk.choose(parent, 0, 2, 0, { change: idOf(path) });
    const moved = (await Appointment.findOne({ state: 'pending' }).lean())!;
    const at = `${desk.home}/appointments/${moved._id.toHexString()}`;
    assert.equal((await parent.post(`${at}/confirm`, {}, at)).status, 303);
    await tick(before(23));
    assert.equal(await count(), 1);
    // The school moves what is booked to another day.
    const later = new Date(+FIRST + 7 * 24 * HOUR);
    await Event.updateOne({ _id: desk.fair.event._id }, { $set: { days: ['2026-11-24', '2026-12-01'] } });
    await Appointment.updateOne(
      { _id: moved._id },
      { $set: { from: later, to: new Date(+later + 600_000) } },
    );
    await tick(before(24, later));
    await tick(before(23, later));
    assert.equal(await count(), 2);
  });

  it('go on after a worker that died before it noted what it had sent', async () => {
    await set([24]);
    const path = await desk.book(parent, 0, 0);
    desk.test.setNow(before(24));
    const appointment = (await Appointment.findById(idOf(path)).lean())!;
    await tellHousehold(desk.test.deps, appointment, 'reminder', `${FIRST.getTime()}:24`);
    await tick(before(24));
    await tick(before(23));
    assert.equal(await count(), 1);
    assert.equal((await Appointment.findById(idOf(path)).lean())?.reminded?.hours, 24);
  });

  it('of an evening go out once, wherever the worker dies, and by two workers at once', async () => {
    await set([24]);
    for (const teacher of [0, 1]) await desk.book(parent, teacher, teacher + 1);
    for (let calls = 1; ; calls += 1) {
      desk.test.setNow(before(23));
      await Notification.deleteMany({ kind: 'appointment reminder' });
      await Appointment.updateMany({}, { $unset: { reminded: 1 } });
      await Event.updateMany({}, { $unset: { reminded: 1 } });
      const worker = { isDone: false };
      const run = async () => {
        await sendReminders(desk.test.deps, new AbortController().signal);
        worker.isDone = true;
      };
      await interleave([{ name: 'worker', dieAfter: calls, run }], () => 0);
      await Promise.all([tick(before(23)), tick(before(23))]);
      assert.equal(await count(), 1, String(calls));
      if (worker.isDone) break;
    }
  });

  it('of many meetings reach all, also where more begin at one moment than are read at once', async () => {
    await set([24]);
    const path = await desk.book(parent, 0, 0);
    const { _id: _one, byKey: _key, ...first } = (await Appointment.findById(idOf(path)).lean())!;
    await Appointment.insertMany(
      Array.from({ length: 450 }, (_, n) => ({ ...first, byKey: `many ${n}`, bookedAt: EVE })),
    );
    await tick(before(24));
    await tick(before(24));
    // All of one family in one evening: a few mails, each of many.
    assert.equal(await Appointment.countDocuments({ 'reminded.hours': 24 }), 451);
    assert.equal(await count(), 3);
  });

  it('and all other mails are in the event’s own words', async () => {
    const text = 'Dear {parent}, see you {when} about {student}. {link}\n';
    const own = { subject: '{Teacher}\n awaits {student}', text };
    await set([], { messages: { booked: own } });
    const path = await desk.book(parent, 0, 0);
    const mail = (await Notification.findOne({ kind: 'appointment booked' }).lean())!;
    assert.equal(mail.subject, 'Mrs Lee awaits Ana');
    assert.match(mail.text, /^Dear Kim Lopez, see you Tuesday, November 24[\s\S]* about Ana\. http/);
    assert.ok(mail.ics);
    await parent.post(`${path}/cancel`, {}, `${path}/cancel`);
    assert.ok(await Notification.exists({ subject: /^Canceled: Mrs Lee/ }));
  });
});
