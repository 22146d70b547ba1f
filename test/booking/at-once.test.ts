import assert from 'node:assert/strict';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { UNDO_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Claim } from '../../server/models/claim.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import { claimMail } from '../../server/notifications/claim-mail.js';
import type { Visitor } from '../support/app.js';
import { Desk, hidden } from '../support/booking/desk.js';
import { EVE, findDoubles } from '../support/booking/conference.js';
import { asApp } from '../support/scans.js';

describe('a time that is booked by one press', () => {
  let desk: Desk;
  let visitor: Visitor;
  const later = (ms: number) => desk.test.setNow(new Date(EVE.getTime() + ms));

  beforeEach(async () => {
    desk = await Desk.open();
    ({ visitor } = await desk.parentOf(0));
  });

  /** What the button on the page of times sends, as the page has it. */
  async function press(slot = 0, teacher = 0) {
    const page = await visitor.get(desk.timesPath(teacher));
    const sent = await desk.choose(visitor, teacher, slot, 0, { now: hidden(page.text, 'now') });
    assert.equal(sent.status, 303, sent.text);
    return sent.headers.location ?? '';
  }
  const undo = async (path: string) => visitor.post(`${path}/cancel`, { undo: '1' }, path);
  const only = () => Appointment.findOne().orFail().lean();

  it('is booked, in the audit and told, after the time to undo it', async () => {
    const path = await press();
    const done = await visitor.get(path);
    assert.match(done.text, /Your meeting is booked/);
    assert.match(done.text, /Undo/);
    const { state, unfinished } = await only();
    assert.deepEqual([state, unfinished], ['booked', undefined]);
    assert.equal(await AuditEntry.countDocuments({ action: 'book appointment' }), 1);
    await Notification.updateMany({}, { $set: { state: 'queued' } });
    assert.equal(await claimMail(new Date(EVE.getTime() + UNDO_MS - 1)), null);
    assert.ok(await claimMail(new Date(EVE.getTime() + UNDO_MS)));
    later(UNDO_MS);
    assert.doesNotMatch((await visitor.get(path)).text, /Undo/);
  });

  it('pressed twice at once is one meeting', async () => {
    const page = await visitor.get(desk.timesPath());
    const more = { now: '1', key: hidden(page.text, 'key') };
    const answers = await Promise.all([0, 1].map(() => desk.choose(visitor, 0, 0, 0, more)));
    assert.equal(new Set(answers.map(({ headers }) => headers.location)).size, 1);
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
    assert.equal(await Notification.countDocuments(), 1);
    assert.deepEqual(await findDoubles(desk.fair), []);
  });

  it('is undone whatever the event says of canceling: the time is free, and nobody gets a mail', async () => {
    await Event.updateOne({}, { $set: { 'booking.cancelHoursBefore': 200 } });
    const path = await press();
    const undone = await undo(path);
    assert.equal(undone.headers.location, desk.timesPath());
    assert.match((await visitor.get(desk.timesPath())).text, /Undone\. The time with Mrs Lee is free again/);
    assert.equal((await only()).state, 'cancelled');
    assert.deepEqual([await Claim.countDocuments(), await Notification.countDocuments()], [0, 0]);
    // The button pressed again changes nothing.
    await undo(path);
    assert.equal(await Notification.countDocuments(), 0);

    const second = await press(1);
    later(UNDO_MS);
    assert.equal((await undo(second)).headers.location, second, 'after that the event decides');
    assert.match((await visitor.get(second)).text, /It starts too soon to change it here/);
  });

  it('and canceled after the family was told of it is told too, once', async () => {
    await press();
    later(UNDO_MS);
    const appointment = await only();
    for (let times = 0; times < 2; times++)
      await asApp(() =>
        cancelAppointment(desk.test.deps, {
          appointment,
          by: 'school',
          actor: { user: appointment.bookedBy },
        }),
      );
    const kinds = (await Notification.find().sort({ createdAt: 1, _id: 1 }).lean()).map(({ kind }) => kind);
    assert.deepEqual(kinds, ['appointment booked', 'appointment cancelled']);
  });

  it('and canceled by the school before the family was told of it: one mail, with the words of the office', async () => {
    await press();
    later(UNDO_MS / 3);
    const appointment = await only();
    await asApp(() =>
      cancelAppointment(desk.test.deps, {
        ...{ appointment, by: 'school', actor: { user: appointment.bookedBy } },
        notice: 'Mrs Lee is ill.',
      }),
    );
    const mails = await Notification.find().lean();
    assert.deepEqual(
      mails.map(({ kind, text }) => [kind, text.includes('Mrs Lee is ill.')]),
      [['appointment cancelled', true]],
    );
  });

  it('and moved before the family was told of it is one mail, about the new time', async () => {
    const path = await press();
    const change = path.split('/').at(-1) ?? '';
    const held = await desk.choose(visitor, 0, 1, 0, { change });
    const moved = held.headers.location ?? '';
    assert.equal((await visitor.post(`${moved}/confirm`, { note: '' }, moved)).status, 303);
    const mails = await Notification.find().lean();
    assert.deepEqual(
      mails.map(({ kind }) => kind),
      ['appointment booked'],
    );
    assert.ok(mails[0]?.key.includes(moved.split('/').at(-1) ?? '-'));
  });

  it('is checked before, as ever, where there is something to answer, to choose or to replace', async () => {
    const state = async () => (await Appointment.findOne().sort({ _id: -1 }).orFail().lean()).state;
    await Slot.updateMany({}, { $set: { kind: 'either' } });
    await press();
    assert.equal(await state(), 'pending');
    await Slot.updateMany({}, { $set: { kind: 'in person' } });
    const path = await press(1);
    const change = path.split('/').at(-1) ?? '';
    await desk.choose(visitor, 0, 2, 0, { now: '1', change });
    assert.equal(await state(), 'pending');
    const field = { id: 'q1', kind: 'text', label: 'Why?', required: true, choices: [] };
    await Event.updateOne({}, { $set: { fields: [field] } });
    assert.equal(hidden((await visitor.get(desk.timesPath(1))).text, 'now'), '');
    await desk.choose(visitor, 1, 0, 0, { now: '1' });
    assert.equal(await state(), 'pending');
  });

  it('takes a note afterwards, alone', async () => {
    const path = await press();
    const saved = await visitor.post(`${path}/note`, { note: ' About  reading\r\nand math ' }, path);
    assert.equal(saved.headers.location, path);
    assert.equal((await only()).note, 'About  reading\nand math');
    assert.match((await visitor.get(path)).text, /Your note is saved[\s\S]*About {2}reading\nand math/);
    assert.equal((await visitor.post(`${path}/note`, { note: 'x'.repeat(501) }, path)).status, 422);
    const stranger = await desk.parentOf(1);
    assert.equal((await stranger.visitor.post(`${path}/note`, { note: 'Mine' }, desk.home)).status, 404);
    await undo(path);
    await visitor.post(`${path}/note`, { note: 'Late' }, path);
    assert.equal((await only()).note, 'About  reading\nand math');
  });
});
