import assert from 'node:assert/strict';
import { closeWishes, type DrawList } from '../../server/draw/close-wishes.js';
import { digestOf } from '../../server/draw/draw-wishes.js';
import { readInput } from '../../server/draw/read-input.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Draw } from '../../server/models/draw.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Notification } from '../../server/models/notification.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { makeUser } from '../support/app.js';
import { EVE } from '../support/booking/conference.js';
import { asApp } from '../support/scans.js';
import { HOUR, later, Round } from '../support/booking/round.js';

describe('who is drawn for in a preference round', () => {
  let round: Round;

  beforeEach(async () => {
    round = await Round.open();
  });

  it('gives a child in two logins one turn and no second meeting; each sees its own wishes alone', async () => {
    await round.start();
    const [kim, lou] = [await round.family(0), await round.family(0)];
    await round.family(1);
    round.desk.test.setNow(later(HOUR));
    await round.run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 4);
    const { input, turns, drawn } = (await round.office.get(`${round.settings}/list`)).body as DrawList;
    assert.deepEqual([input.families.length, turns.length], [3, 2]);
    assert.deepEqual(input.pairs, [1, 1, 1, 1]);
    // Nothing was drawn for the child that had to be refused then.
    assert.equal(drawn.flatMap(({ got }) => got.filter((index) => index !== null)).length, 4);
    const outcomes = (await DrawEntry.find().lean()).flatMap(({ outcome = [] }) => outcome);
    assert.ok(outcomes.every(({ slot, appointment }) => !slot || appointment));
    for (const { visitor, household } of [kim, lou]) {
      const page = (await visitor.get(`${round.desk.home}/draw`)).text;
      const theirs = await Appointment.countDocuments({ household: household._id, state: 'booked' });
      assert.equal(page.match(/Drawn: /g)?.length ?? 0, theirs);
      assert.equal(page.match(/\/appointments\//g)?.length ?? 0, theirs);
    }
  });

  it('shares no turn by a child whom a family has no longer; is the same read twice; counts a class’s limit', async () => {
    await Event.updateOne({}, { $set: { 'booking.perStudentAndTeacher': 2 } });
    await Class.updateMany({}, { $set: { 'edits.allowed': 1 } });
    await round.start({ most: 3 });
    const [kim, lou] = [await round.family(0), await round.family(1)];
    const theirs = await DrawEntry.findOne({ household: kim.household._id }).orFail().lean();
    await DrawEntry.updateOne({ household: lou.household._id }, { $push: { wishes: theirs.wishes[0] } });
    const read = () =>
      asApp(async () => {
        const draw = await Draw.findOne().orFail().lean();
        return readInput(draw, await Event.findOne().orFail().lean(), later(HOUR));
      });
    const { keys: _keys, ...input } = await read();
    assert.deepEqual(
      input.families.map(({ code, turn }) => code === turn),
      [true, true],
    );
    assert.deepEqual(input.pairs, [1, 1, 1, 1]);
    const { keys: _again, ...again } = await read();
    assert.equal(digestOf(again), digestOf(input));
  });

  it('draws, books and mails nothing for whoever is blocked', async () => {
    await round.start();
    const [kim, lou, ana] = [await round.family(0), await round.family(1), await round.family(2)];
    const block = { account: round.desk.fair.account._id, at: EVE, by: kim.user._id };
    await User.updateOne({ _id: kim.user._id }, { $push: { blocks: block } });
    // Another adult of a family goes on for one who is blocked.
    const other = await makeUser(round.desk.fair.account._id, 'customer');
    await Household.updateOne({ _id: lou.household._id }, { $push: { adults: other._id } });
    await User.updateOne({ _id: lou.user._id }, { $push: { blocks: block } });
    round.desk.test.setNow(later(HOUR));
    await asApp(async () => {
      const draw = await Draw.findOne().orFail().lean();
      await closeWishes(round.desk.test.deps, draw, await Event.findOne().orFail().lean());
    });
    const { input } = (await round.office.get(`${round.settings}/list`)).body as DrawList;
    assert.equal(input.families.length, 2);
    await User.updateOne({ _id: ana.user._id }, { $push: { blocks: block } });
    await round.run();
    const booked = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(
      booked.map(({ household, bookedBy }) => [household, bookedBy]),
      [0, 1].map(() => [lou.household._id, other._id]),
    );
    assert.deepEqual(
      (await Notification.find().lean()).map(({ to }) => to),
      [other.email],
    );
    assert.equal((await Draw.findOne().orFail().lean()).state, 'done');
  });

  it('counts no more wishes than it takes at its end, tells the round.office, and refuses a form with more', async () => {
    await round.start();
    const { visitor } = await round.family(0);
    await round.start({ most: 1 });
    assert.match(
      (await round.office.get(round.settings)).text,
      /1 family has sent more preferences than that/,
    );
    assert.match(
      (await round.wish(visitor, 0)).text,
      /You can send 1 preference: select “Don’t ask for this meeting”/,
    );
    round.desk.test.setNow(later(HOUR));
    await round.run();
    assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
  });

  it('lets siblings wish for one meeting together where the school says so', async () => {
    await Event.updateOne({}, { $set: { 'booking.siblings': 'together' } });
    await round.start();
    const { visitor, household } = await round.desk.parentOf(0);
    const sibling = {
      student: round.desk.fair.students[1]!._id,
      adult: household.adults[0],
      by: 'school',
      at: EVE,
    };
    await Household.updateOne({ _id: household._id }, { $push: { children: sibling } });
    assert.match((await visitor.get(`${round.desk.home}/draw/wishes`)).text, /about Ana and Leo/);
    await round.wish(visitor, 0, 'any');
    assert.match((await visitor.get(`${round.desk.home}/draw/wishes`)).text, /value="1" selected/);
    round.desk.test.setNow(later(HOUR));
    await round.run();
    const booked = await Appointment.find({ state: 'booked' }).lean();
    assert.deepEqual(
      booked.map(({ students }) => students.length),
      [2, 2],
    );
  });

  it('shows as a family’s meetings only those that are still theirs', async () => {
    await round.start();
    const { visitor, household } = await round.family(0);
    round.desk.test.setNow(later(HOUR));
    await round.run();
    const [one, other] = await Appointment.find({ household: household._id }).lean();
    await Appointment.updateOne({ _id: one!._id }, { $set: { state: 'canceled' } });
    await Appointment.updateOne({ _id: other!._id }, { $set: { household: round.desk.fair.account._id } });
    assert.ok(!(await visitor.get(`${round.desk.home}/draw`)).text.includes('/appointments/'));
  });

  it('draws nobody who sits in a team’s meeting into another at that time', async () => {
    const [ms, mr] = round.desk.fair.teachers;
    await Slot.updateMany({ resource: ms!.resource._id }, { $set: { with: [mr!.resource._id] } });
    await round.start();
    await Promise.all([round.family(0), round.family(1), round.family(2)]);
    round.desk.test.setNow(later(HOUR));
    await round.run();
    const outcomes = (await DrawEntry.find().lean()).flatMap(({ outcome = [] }) => outcome);
    // Four times in which one or the other sits: all that was drawn is booked.
    assert.equal(outcomes.filter(({ slot }) => slot).length, 4);
    assert.ok(outcomes.every(({ slot, appointment }) => !slot || appointment));
  });
});
