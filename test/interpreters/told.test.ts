import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { reconcileSlot } from '../../server/booking/reconcile-slots.js';
import { reconcileInterpreter } from '../../server/booking/reconcile-interpreter.js';
import { assignInterpreter } from '../../server/interpreters/assign-interpreter.js';
import { markInterpreter, reconcileInterpreters } from '../../server/interpreters/reconcile-interpreters.js';
import { Appointment } from '../../server/models/appointment.js';
import { Diary } from '../../server/models/diary.js';
import { DrawEntry } from '../../server/models/draw-entry.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Interpreter } from '../../server/models/interpreter.js';
import { Notification } from '../../server/models/notification.js';
import { DAY } from '../support/booking/conference.js';
import { Moving } from '../support/booking/moving.js';
import { HOUR, later, Round } from '../support/booking/round.js';
import { asApp } from '../support/scans.js';

const running = new AbortController().signal;

describe('interpreters, while other things happen', () => {
  let moving: Moving;
  let ana: Interpreter;
  let ben: Interpreter;

  const settle = () => asApp(() => reconcileInterpreters(moving.deps, running));
  const meeting = (id: Types.ObjectId) => Appointment.findById(id).orFail().lean();
  const isIn = async (who: Interpreter, appointment: Types.ObjectId) =>
    (await Diary.exists({ _id: new RegExp(`^${String(who._id)}`), 'busy.appointment': appointment })) !==
    null;
  const assign = async (appointment: Types.ObjectId, { _id: interpreter }: Interpreter) => {
    const event = await Event.findById(moving.fair.event._id).orFail().lean();
    const user = moving.actor.user;
    assert.ok(
      (await assignInterpreter(moving.deps, event, { appointment, interpreter, user, sight: {} })).ok,
    );
  };
  const add = (
    { account, event }: { account: { _id: Types.ObjectId }; event: Event },
    name: string,
    more = {},
  ) =>
    Interpreter.create({
      ...{ account: account._id, event: event._id, name, languages: ['es'], status: 'active', ...more },
      sortKey: name.toLowerCase(),
    });
  const open = async (event: Event, byHand = false) => {
    await Event.updateOne({ _id: event._id }, { $set: { interpreting: { languages: ['es'], byHand } } });
    await Household.updateMany({}, { $set: { interpreter: 'es' } });
  };

  /** Lets something else happen at the next moment at which a model is asked. */
  function beside(model: object, name: string, work: () => Promise<unknown>): void {
    const asked = model as Record<string, (...args: unknown[]) => unknown>;
    const real = asked[name]!;
    asked[name] = (...args: unknown[]) => {
      // Of diaries the question is who has a meeting.
      if (model === Diary && !('busy.appointment' in (args[0] as object))) return real.apply(model, args);
      asked[name] = real;
      const first = work();
      const query = () => first.then(() => real.apply(model, args));
      return {
        lean: () => first.then(() => (real.apply(model, args) as { lean: () => unknown }).lean()),
        then: (...all: [never, never]) => query().then(...all),
      };
    };
  }

  beforeEach(async () => {
    moving = await Moving.open({ students: 3, teachers: 2, slots: 4 });
    await open(moving.fair.event);
    ana = await add(moving.fair, 'Ana Ruiz', { times: [{ day: DAY, from: '17:00', to: '18:00' }] });
    ben = await add(moving.fair, 'Ben Cho', { times: [{ day: '2026-12-01', from: '17:00', to: '18:00' }] });
  });

  it('a move says who interprets by its own mail; undone, nobody hears of it, and whom they had comes back', async () => {
    const [first, lacking] = [await moving.book(0, 0, 0), await moving.book(1, 1, 1)];
    await Interpreter.updateOne(
      { _id: ana._id },
      { $set: { times: [{ day: DAY, from: '17:00', to: '17:10' }] } },
    );
    await asApp(() => markInterpreter(ana._id, moving.now));
    await settle();
    assert.deepEqual(
      [(await meeting(first)).interpreter, (await meeting(lacking)).interpreter],
      [ana._id, undefined],
    );
    await Notification.deleteMany();
    for (const isUndone of [true, false]) {
      await moving.start({ toDay: '2026-12-01' });
      await moving.work();
      await settle();
      assert.deepEqual((await meeting(first)).interpreter, ben._id);
      assert.deepEqual((await meeting(lacking)).interpreter, ben._id);
      assert.equal(await Notification.countDocuments(), 0);
      if (isUndone) await moving.undo();
      await moving.end();
      await settle();
      const { interpreter, interpreting } = await meeting(first);
      assert.deepEqual([interpreter, interpreting], [isUndone ? ana._id : ben._id, undefined]);
      assert.equal((await meeting(lacking)).interpreting, undefined);
      assert.equal((await meeting(lacking)).interpreter === undefined, isUndone);
      assert.equal(await Notification.countDocuments(), isUndone ? 0 : 2);
    }
    for (const { text } of await Notification.find().lean()) assert.match(text, /Interpreter: Ben Cho/);
  });

  it('who is chosen while others go by what they read before stays in the diary, and no mark is lost', async () => {
    await Interpreter.updateOne({ _id: ben._id }, { $set: { times: [] } });
    const id = await moving.book(0, 0, 0);
    await assign(id, ben);
    await assign(id, ana);
    // Whoever settles it has read that Ana interprets.
    await Appointment.updateOne({ _id: id }, { $set: { 'interpreting.mark': new Types.ObjectId() } });
    beside(Diary, 'find', () => assign(id, ben));
    await reconcileInterpreter(moving.deps, id);
    assert.deepEqual((await meeting(id)).interpreter, ben._id);
    assert.deepEqual([await isIn(ana, id), await isIn(ben, id)], [false, true]);
    beside(Diary, 'find', () => assign(id, ana));
    await reconcileSlot(moving.deps, moving.fair.teachers[0]!.slots[0]!._id);
    assert.deepEqual([await isIn(ana, id), await isIn(ben, id)], [true, false]);

    // Ana goes while the meeting is settled with her.
    await Appointment.updateOne({ _id: id }, { $set: { 'interpreting.mark': new Types.ObjectId() } });
    beside(Diary, 'find', async () => {
      await Interpreter.updateOne({ _id: ana._id }, { $set: { status: 'gone' } });
      await markInterpreter(ana._id, moving.now);
    });
    await reconcileInterpreter(moving.deps, id);
    assert.deepEqual([(await meeting(id)).interpreter, await isIn(ana, id)], [ben._id, false]);
  });

  it('what changes while it is booked is seen after it, and who gets free goes to whoever lacks one', async () => {
    const first = await moving.book(0, 0, 0);
    beside(Appointment, 'findOneAndUpdate', () =>
      Household.updateOne({ _id: moving.homes[1]!._id }, { $set: { interpreter: 'es' } }),
    );
    await Household.updateOne({ _id: moving.homes[1]!._id }, { $unset: { interpreter: 1 } });
    const late = await moving.book(1, 1, 0);
    assert.ok((await meeting(late)).interpreting, 'marked');
    await settle();
    assert.deepEqual(
      [(await meeting(late)).interpreter, (await meeting(late)).interpreting],
      [undefined, undefined],
    );
    // One that has ended holds nobody up.
    await Appointment.updateOne({ _id: first }, { $set: { interpreting: {} } });
    const user = moving.actor.user;
    await cancelAppointment(moving.deps, {
      appointment: await meeting(first),
      by: 'school',
      actor: { user },
    });
    await settle();
    assert.deepEqual((await meeting(late)).interpreter, ana._id);
    assert.equal((await meeting(first)).interpreting, undefined);
  });

  it('a draw goes on to the next time of a wish where no interpreter is free at the drawn one, and says so', async () => {
    const round = await Round.open();
    await round.start();
    const families = [await round.family(0), await round.family(1), await round.family(2)];
    await open(round.desk.fair.event);
    await add(round.desk.fair, 'Ana Ruiz');
    round.desk.test.setNow(later(HOUR));
    await round.run();
    const outcome = (await DrawEntry.find().lean()).flatMap((entry) => entry.outcome ?? []);
    const times = (await Appointment.find({ state: 'booked' }).lean()).map(({ from }) => +from);
    assert.equal(new Set(times).size, 4, 'all times of the one interpreter');
    assert.ok(outcome.some(({ instead }) => instead));
    const pages = await Promise.all(families.map(({ visitor }) => visitor.get(`${round.desk.home}/draw`)));
    assert.match(
      pages.map(({ text }) => text).join(),
      /No interpreter was free then, so [^<]* was booked instead/,
    );
  });
});
