import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { SlotMove, SlotMoveItem } from '../../server/models/slot-move.js';
import { User } from '../../server/models/user.js';
import { countItems } from '../../server/moves/queries.js';
import { stagesOf } from '../../server/moves/show-move.js';
import { undoMove } from '../../server/moves/undo-move.js';
import { makeUser, Visitor } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { read } from '../support/booking/read-calendar.js';
import { Moving } from '../support/booking/moving.js';

describe('what families hear of a move', () => {
  let moving: Moving;
  /** The first family has three meetings, of two adults; the second one. */
  beforeEach(async () => {
    moving = await Moving.open({ students: 2, teachers: 3 });
    for (const [home, teacher, slot] of [
      [0, 0, 0],
      [0, 1, 1],
      [0, 2, 2],
      [1, 0, 1],
    ] as const)
      await moving.book(home, teacher, slot);
    await moving.addAdult(0, { email: 'second@x.org', language: 'es' });
    await Notification.deleteMany({});
  });

  const mailTo = (to: string) => Notification.findOne({ to }).orFail().lean();
  const summaries = (ics: string) =>
    read(ics)
      .events.map((event) => [
        String(event.getFirstPropertyValue('summary')),
        String(event.getFirstPropertyValue('status')),
        Number(event.getFirstPropertyValue('sequence')),
      ])
      .sort();

  it('each adult has one mail about all meetings that moved, in their language, with one calendar file', async () => {
    const move = await moving.start({ toDay: '2026-12-01', notice: 'Snow <b>day</b>' });
    await moving.end();
    assert.deepEqual((await Notification.distinct('to')).sort(), [
      'adult0@x.org',
      'adult1@x.org',
      'second@x.org',
    ]);
    assert.equal(await Notification.countDocuments(), 3);
    const mail = await mailTo('adult0@x.org');
    const household = String(moving.homes[0]!._id);
    assert.equal(mail.key, `changed:${move}:${household}:${String(moving.homes[0]!.adults[0])}`);
    assert.equal(mail.subject, 'New times: 3 of your meetings, Tuesday, December 1, 2026');
    assert.match(mail.text, /3 of your meetings at Maple School have new times\.\n\nSnow <b>day<\/b>\n\n/);
    for (const [teacher, when] of [
      ['Mrs Lee', '5:00–5:10'],
      ['Mr Park', '5:10–5:20'],
      ['Ms Cohen', '5:20–5:30'],
    ])
      assert.match(
        mail.text,
        new RegExp(
          `Teacher: ${teacher!}\nFor: Ana\nClass: [^\n]+\nWhen: Tuesday, December 1, 2026, ${when!} PM`,
        ),
      );
    assert.match(mail.text, /See, change, or cancel them here:\nhttps?:\/\/.*\/e\//);
    assert.deepEqual(summaries(mail.ics ?? ''), [
      ['Mr Park (Ana)', 'CONFIRMED', 2],
      ['Mrs Lee (Ana)', 'CONFIRMED', 2],
      ['Ms Cohen (Ana)', 'CONFIRMED', 2],
    ]);
    const other = await mailTo('second@x.org');
    assert.equal(other.subject, 'Nueva hora para 3 de sus citas: martes, 1 de diciembre de 2026');
    assert.match(other.text, /3 de sus citas en Maple School tienen una nueva hora\./);
    // Of one meeting it is as ever.
    assert.equal((await mailTo('adult1@x.org')).subject.startsWith('New time: Mrs Lee, '), true);
  });

  it('canceled together is told together, in the event’s own words where it has some', async () => {
    await Event.updateOne(
      {},
      {
        $set: {
          'messages.cancelled': {
            subject: 'No {teacher}',
            text: '{parent}: {student}, {when}, {where}.\n{details}',
          },
        },
      },
    );
    await User.updateOne({ email: 'adult0@x.org' }, { $set: { name: 'Kim' } });
    await moving.start({ kind: 'cancel', notice: 'No power' });
    await moving.end();
    assert.equal(await Notification.countDocuments(), 3);
    const mail = await mailTo('adult0@x.org');
    assert.equal(mail.subject, 'No Mrs Lee, Mr Park, and Ms Cohen');
    assert.match(mail.text, /^No power\n\nKim: Ana, Tuesday, November 24, 2026, 5:00–5:10 PM/);
    assert.match(mail.text, /Room 10, Main building, Room 11, Main building, and Room 12, Main building/);
    assert.equal(read(mail.ics ?? '').calendar.getFirstPropertyValue('method'), 'CANCEL');
    assert.deepEqual(
      summaries(mail.ics ?? '').map(([, status, sequence]) => [status, sequence]),
      [1, 2, 3].map(() => ['CANCELLED', 1]),
    );
  });

  it('undone, only who booked a new time meanwhile hears of it, and that is said', async () => {
    const move = await moving.start({ toDay: '2026-12-01' });
    await moving.work();
    moving.setNow(new Date(+moving.now + 60_000));
    const id = await moving.book(1, 1, 0);
    await Notification.deleteMany({});
    assert.ok(await moving.undo());
    await moving.work();
    await moving.end();
    const after = await Appointment.findById(id).orFail().lean();
    const { from, to } = moving.fair.teachers[1]!.slots[0]!;
    assert.deepEqual([after.from, after.to], [from, to]);
    assert.equal(await Notification.countDocuments(), 1);
    const mail = await mailTo('adult1@x.org');
    assert.match(mail.subject, /^New time: Mr Park, .*November 24/);
    assert.match(mail.text, /December 1, 2026, 5:00–5:10 PM/);
    assert.equal(await Appointment.countDocuments({ moved: { $exists: true } }), 1);
    const staff = await makeUser(moving.fair.account._id, 'event administrator');
    const page = await (
      await new Visitor(moving.test.app).logIn(staff)
    ).get(`/events/${String(moving.fair.event._id)}/slots/moves/${move}`);
    assert.match(page.text, /Only families who had booked a new time are told: 1 appointment\./);
  });

  it('moved twice before anybody was told, the mail says when it was for the family; undone, what was said before', async () => {
    const ids = await Appointment.distinct('_id');
    const earlier = { from: new Date('2026-11-20T23:00Z'), to: new Date('2026-11-20T23:10Z'), at: EVE };
    await Appointment.updateMany({}, { $set: { moved: earlier } });
    const said = async () => (await Appointment.findById(ids[0]).orFail().lean()).moved;
    const was = (await Appointment.findById(ids[0]).orFail().lean()).from;
    moving.setNow(new Date(+moving.now + 60_000));
    await moving.start({ toDay: '2026-12-01' });
    await moving.work();
    await moving.start({ day: '2026-12-01', toDay: '2026-12-02' });
    await moving.work();
    assert.deepEqual((await said())?.from, was);
    const second = await SlotMove.findOne({ toDay: '2026-12-02' }).orFail().lean();
    assert.ok(await undoMove(moving.deps, moving.actor, second));
    await moving.work();
    assert.deepEqual((await said())?.from, was);
    assert.deepEqual((await said())?.before, earlier);
    const [first] = await SlotMove.find({ state: 'waiting' }).lean();
    assert.ok(await undoMove(moving.deps, moving.actor, first!));
    await moving.work();
    assert.deepEqual(await said(), earlier);
    assert.equal(await Notification.countDocuments(), 0);
    await moving.start({ toDay: '2026-12-01' });
    await moving.work();
    await moving.start({ day: '2026-12-01', toDay: '2026-12-02' });
    await moving.end();
    assert.match((await mailTo('adult1@x.org')).text, /November 24, 2026, 5:10/);
    assert.doesNotMatch((await mailTo('adult1@x.org')).text, /December 1,/);
  });

  it('the bar counts what is canceled, and then says that families are told', async () => {
    const id = await moving.start({ kind: 'cancel' });
    await moving.work();
    await SlotMove.updateOne({}, { $set: { state: 'telling' } });
    const move = await SlotMove.findById(id).orFail().lean();
    const shown = async () =>
      stagesOf(move, await countItems(move._id)).map(({ label, state }) => [label, state]);
    assert.deepEqual(await shown(), [
      ['Canceling appointments', 'running'],
      ['Telling families', 'waiting'],
    ]);
    await SlotMoveItem.updateMany({}, { $set: { state: 'told' } });
    assert.deepEqual(await shown(), [
      ['Canceling appointments', 'done'],
      ['Telling families', 'running'],
    ]);
    const staff = await makeUser(moving.fair.account._id, 'event administrator');
    const page = await (
      await new Visitor(moving.test.app).logIn(staff)
    ).get(`/events/${String(moving.fair.event._id)}/slots/moves/${id}`);
    assert.match(page.text, /9 of 9[\s\S]*Telling families/);
  });

  it('what the family changed itself before it was told is none of it', async () => {
    await moving.start({ toDay: '2026-12-01' });
    await moving.work();
    await moving.cancel(0, 1);
    await Notification.deleteMany({});
    await moving.end();
    const { text } = await mailTo('adult0@x.org');
    assert.match(text, /2 of your meetings/);
    assert.doesNotMatch(text, /Mr Park/);
  });
});
