import assert from 'node:assert/strict';
import fc from 'fast-check';
import { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { holdSlot, type Held } from '../../server/booking/hold-slot.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { slotsOf } from '../../server/models/appointment-slots.js';
import { Claim } from '../../server/models/claim.js';
import { Diary } from '../../server/models/diary.js';
import { Event } from '../../server/models/event.js';
import type { Household } from '../../server/models/household.js';
import { Slot } from '../../server/models/slot.js';
import { addSlots } from '../../server/slots/add-slots.js';
import { changeMany } from '../../server/slots/bulk/change-many.js';
import type { BulkChange } from '../../server/slots/bulk/schema.js';
import type { Actor } from '../../server/web/actor.js';
import { createTestApp, type TestApp } from '../support/app.js';
import {
  bookSlot,
  DAY,
  EVE,
  findDoubles,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
  type ConferenceOptions,
} from '../support/booking/conference.js';
import { interleave } from '../support/booking/interleave.js';
import { emptyDatabase } from '../support/hooks.js';
import { runs } from '../support/seed.js';

const MINUTE = 60_000;
const never = new AbortController().signal;
const RUNS = runs(40);

describe('a meeting of several slots in a row', () => {
  let test: TestApp;
  let fair: Conference;
  let homes: Household[];

  async function open(options: ConferenceOptions = {}): Promise<void> {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    fair = await makeConference({ slots: 4, ...options, booking: { inARow: 3, ...options.booking } });
    homes = await Promise.all([0, 1].map((n) => makeHousehold(fair.account._id, [fair.students[n]!])));
  }
  beforeEach(() => open());

  const slot = (n: number) => fair.teachers[0]!.slots[n]!;
  const hold = (home: number, n: number, more = {}) =>
    holdSlot(test.deps, wishOf(fair, homes[home]!, slot(n), more));
  const book = (home: number, n: number, inARow: number, more = {}) =>
    bookSlot(test.deps, wishOf(fair, homes[home]!, slot(n), more), inARow);
  const confirm = (home: number, { _id }: Pick<Appointment, '_id'>, inARow?: number) =>
    confirmAppointment(test.deps, {
      ...wishOf(fair, homes[home]!, slot(0)),
      appointment: _id,
      note: '',
      inARow,
    });
  const made = (held: Held): Appointment => {
    assert.ok(held.ok, held.ok ? '' : held.reason);
    return held.appointment;
  };
  const why = (held: Held) => (held.ok ? 'booked' : held.reason);
  const cancel = (appointment: Appointment) =>
    cancelAppointment(test.deps, { appointment, by: 'school', actor: { user: homes[0]!.adults[0]! } });
  const claimsOn = (kind: string) => Claim.countDocuments({ _id: new RegExp(`^${kind}:`) });
  const entries = async () => (await Diary.find().lean()).flatMap(({ busy }) => busy);
  /** What a stopped clock would leave on hold has ended, and what nobody holds is free. */
  async function tidy(): Promise<void> {
    test.setNow(new Date(EVE.getTime() + HOLD_MS + 1));
    await expireHolds(test.deps, never);
    test.setNow(EVE);
  }

  it('lasts from the first to the last, has a seat and a diary entry of each, and counts once', async () => {
    await open({ booking: { perHousehold: 1, perStudent: 1, perTeacherAndDay: 2 } });
    const booked = made(await book(0, 0, 3));
    assert.deepEqual([+booked.from, +booked.to], [+slot(0).from, +slot(2).to]);
    assert.deepEqual(
      slotsOf(booked),
      [0, 1, 2].map((n) => slot(n)._id),
    );
    assert.deepEqual([await claimsOn('slot'), await claimsOn('limit.*')], [3, 6]);
    assert.equal((await entries()).length, 6);
    assert.equal(why(await book(1, 1, 1)), 'taken');
    assert.equal(why(await book(1, 2, 1)), 'taken');
    made(await book(1, 3, 1));
    await cancel(booked);
    assert.deepEqual([await claimsOn('slot'), (await entries()).length], [1, 2]);
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('that cannot be so long keeps its first slot on hold and says why; the shorter one is booked then', async () => {
    await open({ booking: { perStudentAndTeacher: 2 } });
    made(await book(1, 2, 1));
    const held = made(await hold(0, 0));
    for (const [inARow, reason] of [
      [3, 'next taken'],
      [4, 'too long'],
    ] as const) {
      const refused = await confirm(0, held, inARow);
      assert.equal(why(refused), reason);
      assert.ok(!refused.ok && refused.kept);
    }
    await Slot.updateOne({ _id: slot(1)._id }, { $set: { state: 'unavailable' } });
    assert.equal(why(await confirm(0, held, 2)), 'next taken');
    await Slot.updateOne({ _id: slot(1)._id }, { $set: { state: 'visible' } });
    const booked = made(await confirm(0, held, 2));
    assert.equal(slotsOf(booked).length, 2);
    assert.equal(await claimsOn('slot'), 3);
    // Lowered later, it stays; none is made again.
    await Event.updateOne({ _id: fair.event._id }, { $set: { 'booking.inARow': 1 } });
    fair = { ...fair, event: (await Event.findById(fair.event._id).lean())! };
    assert.equal(slotsOf((await Appointment.findById(booked._id).lean())!).length, 2);
    assert.equal(why(await confirm(1, made(await hold(1, 3)), 2)), 'too long');
  });

  it('follows only where slots are alike and touch, or have the break between them that the school laid', async () => {
    const apart = { from: new Date(+slot(1).from + 5 * MINUTE), to: new Date(+slot(1).to + 5 * MINUTE) };
    await Slot.deleteOne({ _id: slot(2)._id });
    await Slot.updateOne({ _id: slot(1)._id }, { $set: apart });
    const held = made(await hold(0, 0));
    assert.equal(why(await confirm(0, held, 2)), 'next taken');
    await Slot.updateOne({ _id: slot(0)._id }, { $set: { breakMinutes: 5 } });
    await Slot.updateOne({ _id: slot(1)._id }, { $set: { kind: 'video' } });
    assert.equal(why(await confirm(0, held, 2)), 'next taken');
    await Slot.updateOne({ _id: slot(1)._id }, { $set: { kind: 'in person' } });
    const booked = made(await confirm(0, held, 2));
    assert.equal(+booked.to, +apart.to);
    // Nobody is elsewhere in the break: it is part of the meeting.
    const times = (await entries()).map(({ from, to }) => [+from, +to]);
    for (const time of [
      [+slot(0).from, +slot(0).to],
      [+slot(0).to, +apart.to],
    ])
      assert.equal(times.filter((one) => String(one) === String(time)).length, 2);
  });

  it('keeps its length whatever break the slots of others are made with later', async () => {
    await Slot.deleteMany({});
    const actor = { account: fair.account._id, user: new Types.ObjectId() } as Actor;
    const lay = (teacher: number, breakMinutes: number) =>
      addSlots(
        actor,
        fair.event,
        {
          ...{ resources: [fair.teachers[teacher]!.resource._id], list: '', elsewhere: false },
          ...{ days: [DAY], blocks: [{ from: '17:00', to: '18:30' }], minutes: 10, breakMinutes },
          ...{ capacity: 1, kind: 'in person', state: 'visible', message: '' },
        },
        EVE,
      );
    await lay(0, 5);
    fair.teachers[0]!.slots = await Slot.find().sort({ from: 1 }).lean();
    const first = made(await book(0, 0, 2));
    await lay(1, 0);
    await lay(0, 0);
    fair = { ...fair, event: (await Event.findById(fair.event._id).lean())! };
    assert.equal(slotsOf(made(await book(1, 2, 2))).length, 2);
    const moved = made(await book(0, 4, undefined as never, { replaces: first._id }));
    assert.deepEqual(slotsOf(moved), [slot(4)._id, slot(5)._id]);
    // A change of length lays the same breaks, and a meeting lasts through these too.
    const change: BulkChange = {
      ...{ ids: [], resources: [], day: '', print: '', sure: true },
      ...{ kind: '', state: '', message: '', room: '', minutes: 5 },
    };
    await changeMany(actor, fair.event, [slot(0), slot(1)], change, EVE);
    const shorter = await Slot.find({ resource: slot(0).resource, from: { $lt: slot(2).from } })
      .sort({ from: 1 })
      .lean();
    assert.deepEqual(
      shorter.map(({ from, breakMinutes }) => [(+from - +slot(0).from) / MINUTE, breakMinutes]),
      [0, 10, 20].map((minute) => [minute, 5]),
    );
  });

  it('shares the seats of its slots, each with whoever has another of them', async () => {
    await open({ capacity: 2, booking: { perStudentAndTeacher: 3 } });
    made(await book(0, 0, 2));
    made(await book(1, 1, 2));
    homes.push(await makeHousehold(fair.account._id, [fair.students[0]!]));
    assert.equal(why(await book(2, 1, 1)), 'taken');
    made(await book(2, 0, 1));
    made(await book(2, 2, 1));
    assert.equal(await claimsOn('slot'), 6);
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('keeps its length when its time is changed, also over what it gives up; where it cannot it is as long as it can be', async () => {
    const first = made(await book(0, 0, 2));
    const second = made(await book(0, 1, undefined as never, { replaces: first._id }));
    assert.deepEqual(slotsOf(second), [slot(1)._id, slot(2)._id]);
    assert.equal((await Appointment.findById(first._id).lean())!.state, 'cancelled');
    assert.deepEqual([await claimsOn('slot'), (await entries()).length], [2, 4]);
    const third = made(await book(0, 3, undefined as never, { replaces: second._id }));
    assert.deepEqual([slotsOf(third), +third.to], [[slot(3)._id], +slot(3).to]);
    assert.deepEqual([await claimsOn('slot'), (await entries()).length], [1, 2]);
  });

  it('moved to where less is free after it, it is as long as it can be, also where it is sent again', async () => {
    await open({ slots: 6 });
    made(await book(1, 5, 1));
    const first = made(await book(0, 0, 3));
    const once = { replaces: first._id, key: 'once' };
    const held = made(await hold(0, 3, once));
    const two = [slot(3)._id, slot(4)._id];
    assert.deepEqual([slotsOf(held), +held.to], [two, +slot(4).to]);
    // As the first of two that are sent at once has made it for a moment.
    const three = { more: [slot(4)._id, slot(5)._id], to: slot(5).to };
    await Appointment.updateOne({ _id: held._id }, { $set: three });
    assert.deepEqual(slotsOf(made(await hold(0, 3, once))), two);
    const second = made(await confirm(0, held));
    assert.deepEqual(slotsOf(second), two);

    made(await bookSlot(test.deps, wishOf(fair, homes[0]!, fair.teachers[1]!.slots[1]!)));
    const third = made(await book(0, 0, undefined as never, { replaces: second._id }));
    assert.deepEqual([slotsOf(third), +third.to], [[slot(0)._id], +slot(0).to]);
    await tidy();
    assert.equal(await claimsOn('slot'), 3);
    assert.deepEqual(await findDoubles(fair), []);
  });

  it('a family that is elsewhere after its first slot has only that', async () => {
    const other = fair.teachers[1]!.slots[1]!;
    made(await bookSlot(test.deps, wishOf(fair, homes[0]!, other)));
    const refused = await confirm(0, made(await hold(0, 0)), 2);
    assert.equal(why(refused), 'household busy');
    assert.ok(!refused.ok && refused.kept);
    made(await confirm(0, refused.kept, 1));
    await tidy();
    assert.equal(await claimsOn('slot'), 2);
  });

  it('made longer by somebody who dies right after, at whatever step of the booking: it has a seat in each of its slots', async () => {
    // Reading the hold and what follows it, and writing the length.
    const TO_THE_LENGTH = 4;
    for (let before = TO_THE_LENGTH; ; before++) {
      await open();
      const held = made(await hold(0, 0));
      let booked: Held | undefined;
      const book2 = async () => {
        booked = await confirm(0, held, 2);
      };
      const lengthen = async () => {
        await confirm(0, held, 3);
      };
      let step = 0;
      const seen = { isOver: false };
      await interleave(
        [
          { name: 'book', run: book2 },
          { name: 'lengthen', dieAfter: TO_THE_LENGTH, run: lengthen },
        ],
        (waiting) => {
          step++;
          seen.isOver ||= step <= before && booked !== undefined;
          // Whoever has just made a step waits behind the other one.
          return step === 1 || step === before + 1 ? 0 : waiting - 1;
        },
      );
      if (seen.isOver) break;
      const slots = slotsOf((await Appointment.findById(made(booked!)._id).lean())!);
      assert.equal(slots.length, 2, `after ${String(before)} steps`);
      const claims = await Claim.find({ _id: /^slot:/ }).lean();
      assert.deepEqual(
        claims.map(({ _id }) => _id.split(':')[1]).sort(),
        slots.map(String).sort(),
        `after ${String(before)} steps`,
      );
    }
  });

  it('several at once decide how long one is, some dying on the way: it has what it lasts for, and nothing else', async () => {
    const length = fc.constantFrom(1, 2, 3);
    const who = fc.record({
      inARow: length,
      dieAfter: fc.option(fc.integer({ min: 1, max: 30 }), { nil: undefined, freq: 4 }),
    });
    const both = fc.record({ own: fc.array(who, { minLength: 2, maxLength: 3 }), other: fc.option(who) });
    await fc.assert(
      fc.asyncProperty(both, fc.infiniteStream(fc.nat(5)), async ({ own, other }, choices) => {
        await open();
        const held = made(await hold(0, 0));
        const work = own.map(({ inARow, dieAfter }) => ({
          name: 'confirm',
          ...(dieAfter ? { dieAfter } : {}),
          run: async () => {
            await confirm(0, held, inARow);
          },
        }));
        if (other)
          work.push({
            name: 'other',
            ...(other.dieAfter ? { dieAfter: other.dieAfter } : {}),
            run: async () => {
              await book(1, 1, other.inARow);
            },
          });
        await interleave(work, (waiting) => choices.next().value % waiting);
        assert.deepEqual(await findDoubles(fair), []);
        await tidy();
        assert.deepEqual(await findDoubles(fair), []);
        const living = await Appointment.find({ state: 'booked' }).lean();
        const slots = living.flatMap(slotsOf).map(String);
        const claims = await Claim.find({ _id: /^slot:/ }).lean();
        assert.deepEqual(claims.map(({ _id }) => _id.split(':')[1]).sort(), slots.sort());
        assert.equal((await entries()).length, slots.length * 2);
      }),
      { numRuns: RUNS },
    );
  });
});
