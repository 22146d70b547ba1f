import assert from 'node:assert/strict';
import { Event } from '../../server/models/event.js';
import { Slot } from '../../server/models/slot.js';
import { makeHousehold } from '../support/booking/conference.js';
import { Desk, hidden } from '../support/booking/desk.js';

/** The row of a teacher in the list. */
const rowOf = (html: string, teacher: string) =>
  html
    .split('<li>')
    .filter((row) => row.includes(`<strong>${teacher}`))
    .at(-1) ?? '';

describe('why a teacher or a time can’t be booked', () => {
  let desk: Desk;
  const rule = (booking: Record<string, unknown>) =>
    Event.updateOne(
      {},
      {
        $set: Object.fromEntries(Object.entries(booking).map(([name, value]) => [`booking.${name}`, value])),
      },
    );

  beforeEach(async () => {
    desk = await Desk.open({ teachers: 3 });
    await Event.updateOne({}, { $set: { office: { phone: '555-0100', email: '', replyTo: '' } } });
  });

  it('is said in the list before any press: full, too late, limit, busy, the office alone', async () => {
    const { visitor } = await desk.parentOf(0);
    const [lee, park, cohen] = desk.fair.teachers;
    await Slot.updateMany({ resource: park!.resource._id }, { state: 'call the school' });
    await Slot.updateMany({ resource: cohen!.resource._id }, { state: 'unavailable' });
    const list = (await visitor.get(desk.home)).text;
    assert.match(
      rowOf(list, 'Mr Park'),
      /Call to book[\s\S]*Why can’t I book\?[\s\S]*call the school’s office at 555-0100/,
    );
    assert.match(rowOf(list, 'Ms Cohen'), /Unavailable/);
    assert.doesNotMatch(rowOf(list, 'Mrs Lee'), /Why can’t I book/);

    await Slot.updateMany({}, { state: 'visible' });
    await rule({ stopHoursBefore: 200 });
    assert.match(
      rowOf((await visitor.get(desk.home)).text, 'Mrs Lee'),
      /Too late[\s\S]*too late to book with Mrs Lee/,
    );
    assert.match((await visitor.get(desk.timesPath())).text, /Booking ends 200 hours before a meeting/);

    await rule({ stopHoursBefore: 0, perStudent: 1 });
    const path = await desk.book(visitor, 0, 0);
    const limited = (await visitor.get(desk.home)).text;
    assert.match(
      rowOf(limited, 'Mr Park'),
      /Limit reached[\s\S]*Ana already has as many meetings as the school allows/,
    );
    assert.match(rowOf(limited, 'Mrs Lee'), /Yours: Tue, Nov 24, 5:00 PM/);
    assert.ok(rowOf(limited, 'Mrs Lee').includes(`${path}/change`), 'a press changes it');
    assert.match((await visitor.get(desk.timesPath(1))).text, /Ana already has as many meetings/);

    await rule({ perStudent: 0 });
    await Slot.updateMany(
      { resource: park!.resource._id, from: { $gt: lee!.slots[0]!.from } },
      { state: 'hidden' },
    );
    assert.match(rowOf((await visitor.get(desk.home)).text, 'Mr Park'), /You’re busy then/);
    const grid = (await visitor.get(desk.timesPath(1))).text;
    assert.match(
      grid,
      /time-other[\s\S]*At 5:00 PM you meet Mrs Lee about Ana[\s\S]*Change your meeting with Mrs Lee/,
    );
  });

  it('names nobody: a teacher whom the other household has booked is said in the list and on each time', async () => {
    const first = await desk.parentOf(0);
    await desk.book(first.visitor, 0, 0);
    const { visitor } = await desk.parentOf(0);
    for (const path of [desk.home, desk.timesPath()]) {
      const { text } = await visitor.get(path);
      assert.match(
        text,
        /Ana already has a meeting with Mrs Lee\. The school allows one\. If you need your own, call/,
      );
      assert.doesNotMatch(
        text.replace(/<header[\s\S]*?<\/header>/, ''),
        /Kim|time-free[^"]*" name="slot"[^>]*Mrs Lee/,
      );
    }
  });

  it('and where all times are taken, the row says so; the meeting itself says it is yours, and a press changes it', async () => {
    const { students, account } = desk.fair;
    for (const slot of [0, 1, 2]) {
      const { visitor, user } = await desk.parent();
      const child = slot === 0 ? students.slice(1, 2) : [];
      if (child.length > 0) await makeHousehold(account._id, child, user._id);
      if (child.length > 0) await desk.book(visitor, 0, slot, 1);
      else await Slot.updateOne({ _id: desk.fair.teachers[0]!.slots[slot]!._id }, { state: 'hidden' });
    }
    const { visitor } = await desk.parentOf(0);
    assert.match(
      rowOf((await visitor.get(desk.home)).text, 'Mrs Lee'),
      /Full[\s\S]*All times with Mrs Lee are taken[\s\S]*555-0100/,
    );
    const path = await desk.book(visitor, 1, 1);
    assert.match((await visitor.get(desk.timesPath(1))).text, new RegExp(`time-mine" href="${path}/change"`));
  });

  it('a refusal can be loaded again, and then says what is true then', async () => {
    const [one, two] = [await desk.parentOf(0), await desk.parentOf(1)];
    const path = await desk.book(one.visitor, 0, 1);
    const page = await two.visitor.get(desk.timesPath(0, 1));
    const sent = await two.visitor.post(
      `${desk.home}/appointments`,
      {
        slot: String(desk.fair.teachers[0]!.slots[1]!._id),
        student: String(desk.fair.students[1]!._id),
        key: hidden(page.text, 'key'),
      },
      desk.home,
    );
    const address = sent.headers.location ?? '';
    assert.equal(sent.status, 303);
    for (let load = 0; load < 2; load++)
      assert.match((await two.visitor.get(address)).text, /error-summary[\s\S]*Another family has this time/);
    await one.visitor.post(`${path}/cancel`, {}, desk.home);
    assert.match(
      (await two.visitor.get(address)).text,
      /5:10 PM with Mrs Lee is free\. Select it to book it/,
    );
    assert.equal((await one.visitor.get(address)).status, 404, 'nobody else’s child');
  });
});
