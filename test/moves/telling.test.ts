import assert from 'node:assert/strict';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { User } from '../../server/models/user.js';
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
        new RegExp(`Teacher: ${teacher!}\nFor: Ana\nWhen: Tuesday, December 1, 2026, ${when!} PM`),
      );
    assert.match(mail.text, /See, change or cancel them here:\nhttps?:\/\/.*\/e\//);
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
