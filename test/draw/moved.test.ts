import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { closeWishes } from '../../server/draw/close-wishes.js';
import { Appointment } from '../../server/models/appointment.js';
import { Draw } from '../../server/models/draw.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { coveredMinutes, Slot } from '../../server/models/slot.js';
import { timeOf } from '../../server/models/waitlist-entry.js';
import { WAIT_MS } from '../../server/moves/policy.js';
import { continueMoves } from '../../server/moves/run-move.js';
import { DAY } from '../support/booking/conference.js';
import { HOUR, later, running, Round } from '../support/booking/round.js';
import { asApp } from '../support/scans.js';

describe('times that move while families wish for them', () => {
  let round: Round;
  let kim: Awaited<ReturnType<Round['family']>>;
  const page = async () => (await kim.visitor.get(`${round.desk.home}/draw`)).text;
  const slots = () => `/events/${String(round.desk.fair.event._id)}/slots`;
  const fields = () => ({ kind: 'move', day: DAY, toDay: '2026-11-26', key: String(new Types.ObjectId()) });
  const work = () => asApp(() => continueMoves(round.desk.test.deps, running));
  /** The office moves the day, and what is to be told is told. */
  const moveDay = async () => {
    assert.equal((await round.office.post(`${slots()}/move`, fields(), `${slots()}/move`)).status, 303);
    await work();
    round.desk.test.setNow(later(WAIT_MS + 1000));
    await work();
    await work();
  };
  const wish = (form: Record<string, string>) => {
    const path = `${round.desk.home}/draw/wishes`;
    return kim.visitor.post(path, form, path);
  };
  /** The round ends. @returns the times that were booked for the family */
  const drawn = async () => {
    round.desk.test.setNow(later(HOUR));
    await round.run();
    const booked = await Appointment.find({ household: kim.household._id }).lean();
    return booked.map(({ slot, from }) => [slot, from]);
  };
  const keyOf = (teacher: number) =>
    `${String(round.desk.fair.students[0]!._id)}:${String(round.desk.fair.teachers[teacher]!.resource._id)}`;

  beforeEach(async () => {
    round = await Round.open({ SMTP_URL: 'smtp://127.0.0.1:9' });
    await round.start();
    // The first time of each teacher, and no other.
    kim = await round.desk.parentOf(0);
    assert.equal((await round.wish(kim.visitor, 0)).status, 303);
  });

  it('are not drawn: nobody asked for the new times, and the page says what was asked for', async () => {
    await moveDay();
    const said = await page();
    assert.match(said, /You asked for: Tue, Nov 24, 5:00 PM \(not available anymore\)/);
    assert.match(said, /was moved or removed, so it can’t be drawn for you\. You can choose another one/);
    assert.ok(!said.includes('Nov 26'));
    round.desk.test.setNow(later(HOUR));
    await round.run();
    assert.equal(await Appointment.countDocuments(), 0);
    assert.equal((await Draw.findOne().orFail().lean()).state, 'done');
    assert.match(await page(), /You asked for: Tue, Nov 24, 5:00 PM<[^]*No time could be drawn/);
    assert.ok(!(await page()).includes('Nov 26'));
  });

  it('are drawn at the time that a family chose since, and where a wish of an older version doesn’t say when', async () => {
    const lou = await round.desk.parentOf(1);
    await round.wish(lou.visitor, 1);
    await DrawEntry.updateOne({ household: lou.household._id }, { $unset: { 'wishes.$[].froms': 1 } });
    await moveDay();
    const slot = await Slot.findById(round.desk.fair.teachers[0]!.slots[2]!._id).orFail().lean();
    const chosen = { [`rank-${keyOf(0)}`]: '1', [`first-${keyOf(0)}`]: timeOf(slot) };
    assert.equal((await wish(chosen)).status, 303);
    assert.deepEqual(await drawn(), [[slot._id, slot.from]]);
    assert.equal(await Appointment.countDocuments({ household: lou.household._id, state: 'booked' }), 2);
  });

  it('stay selected in the form, so that saving another wish doesn’t ask for any time instead', async () => {
    await moveDay();
    const path = `${round.desk.home}/draw/wishes`;
    const shown = (await kim.visitor.get(path)).text;
    const old = timeOf(round.desk.fair.teachers[0]!.slots[0]!);
    assert.match(
      shown,
      new RegExp(`value="${old}" selected>Tue, Nov 24, 5:00 PM \\(not available anymore\\)`),
    );
    const sent = await wish({ [`rank-${keyOf(0)}`]: '1', [`first-${keyOf(0)}`]: old });
    assert.equal(sent.status, 303);
    const [kept] = (await DrawEntry.findOne().orFail().lean()).wishes;
    assert.deepEqual([kept!.any, kept!.froms], [false, [round.desk.fair.teachers[0]!.slots[0]!.from]]);
  });

  it('may stand beside the same slot’s new time, which is drawn', async () => {
    await moveDay();
    const [slot] = round.desk.fair.teachers[0]!.slots;
    const moved = await Slot.findById(slot!._id).orFail().lean();
    const both = { [`first-${keyOf(0)}`]: timeOf(slot!), [`second-${keyOf(0)}`]: timeOf(moved) };
    assert.equal((await wish({ [`rank-${keyOf(0)}`]: '1', ...both })).status, 303);
    assert.deepEqual(await drawn(), [[moved._id, moved.from]]);
  });

  it('are refused at their field where they moved while the form was open', async () => {
    await moveDay();
    const before = await DrawEntry.findOne().orFail().lean();
    const other = timeOf(round.desk.fair.teachers[0]!.slots[1]!);
    const late = await wish({ [`rank-${keyOf(0)}`]: '1', [`first-${keyOf(0)}`]: other });
    assert.equal(late.status, 422);
    assert.match(late.text, /This time has just been moved or removed\. Choose another one\./);
    assert.deepEqual(await DrawEntry.findOne().orFail().lean(), before);
  });

  it('are not booked where they move between the draw and its booking', async () => {
    round.desk.test.setNow(later(HOUR));
    await asApp(async () => {
      const draw = await Draw.findOne().orFail().lean();
      await closeWishes(round.desk.test.deps, draw, await Event.findOne().orFail().lean());
    });
    const { _id, from, to } = round.desk.fair.teachers[0]!.slots[0]!;
    const span = { from: new Date(+from + 48 * HOUR), to: new Date(+to + 48 * HOUR) };
    await Slot.updateOne({ _id }, { $set: { ...span, day: '2026-11-26', minutes: coveredMinutes(span) } });
    await round.run();
    const booked = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(
      booked.map(({ slot }) => slot),
      [round.desk.fair.teachers[1]!.slots[1]!._id],
    );
    assert.match(await page(), /1 drawn time couldn’t be booked: the school has changed it since/);
  });

  it('are counted before the office moves them, and who wished for them is told once', async () => {
    const preview = await round.office.post(`${slots()}/move/preview`, fields(), `${slots()}/move`);
    assert.match(
      preview.text,
      /1 family asked for these times in the preference round\. Its preferences for them don’t count[^]*An email tells it in 5 minutes/,
    );
    assert.ok(!preview.text.includes('Nobody is told'));
    await moveDay();
    const mails = await Notification.find().lean();
    assert.deepEqual(
      mails.map(({ to }) => to),
      [kim.user.email],
    );
    assert.match(
      mails[0]!.text,
      /moved or removed times that you asked for[^]*Tue, Nov 24, 5:00 PM\nTue, Nov 24, 5:10 PM\n[^]*until [^]*\/draw\n/,
    );
    const again = await round.office.post(
      `${slots()}/move/preview`,
      { ...fields(), day: '2026-11-26', toDay: '2026-11-27' },
      `${slots()}/move`,
    );
    assert.ok(!again.text.includes('preference round'));
  });
});
