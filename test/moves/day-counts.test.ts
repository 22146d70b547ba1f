import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { cancelAppointment } from '../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../server/booking/confirm-appointment.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { HOLD_MS } from '../../server/booking/policy.js';
import { Appointment } from '../../server/models/appointment.js';
import { Event } from '../../server/models/event.js';
import { continueMoves } from '../../server/moves/run-move.js';
import { bookSlot, wishOf } from '../support/booking/conference.js';
import { interleave } from '../support/booking/interleave.js';
import { Moving } from '../support/booking/moving.js';
import { findMovingFaults } from '../support/booking/moving-faults.js';
import { makeSlot } from '../support/event.js';

const going = new AbortController().signal;
const AWAY = { toDay: '2026-12-01' };

describe('what is counted by the day, when a day moves', () => {
  let moving: Moving;

  const open = async (more: object = {}, slots = 3) => {
    const booking = { perTeacherAndDay: 3, inARow: 3, ...more };
    moving = await Moving.open({ students: 1, teachers: 2, slots, booking });
  };
  const work = () => continueMoves(moving.deps, going);

  /** @returns whether it got to its end before it died */
  async function runUntil(dieAfter: number, run: () => Promise<unknown>): Promise<boolean> {
    let isDone = false;
    const all = () => run().then(() => void (isDone = true));
    await interleave([{ name: 'one', dieAfter, ofWrites: true, run: all }], () => 0);
    return isDone;
  }

  /** Dies at each write in turn. @param after what happens then; when all is over, the day has moved and no hold lasts */
  async function dieAtEach(
    setUp: () => Promise<() => Promise<unknown>>,
    after: () => Promise<unknown> = () => Promise.resolve(),
  ): Promise<void> {
    for (let steps = 1, isDone = false; !isDone; steps++) {
      const run = await setUp();
      isDone = await runUntil(steps, run);
      await after();
      await moving.end();
      moving.setNow(new Date(+moving.now + HOLD_MS));
      await moving.end();
      assert.deepEqual(await findMovingFaults(moving.fair.event._id), [], `after ${String(steps)} writes`);
    }
  }

  const change = async (replaces: Types.ObjectId, slot = moving.fair.teachers[0]!.slots[0]!) => {
    const event = await Event.findById(moving.fair.event._id).orFail().lean();
    return bookSlot(moving.deps, { ...wishOf(moving.fair, moving.homes[0]!, slot, { replaces }), event });
  };

  it('is so once, wherever the one who moves it dies', () =>
    dieAtEach(async () => {
      await open({}, 1);
      await moving.book(0, 0, 0);
      await moving.start({ ...AWAY, teacher: moving.fair.teachers[0]!.resource._id });
      return work;
    }));

  for (const from of [0, 2])
    it(`is so once, wherever a family dies that changes the time to ${from ? 'an earlier' : 'a later'} one before`, () =>
      dieAtEach(
        async () => {
          await open();
          const id = await moving.book(0, 0, from);
          return () => change(id, moving.fair.teachers[0]!.slots[1]);
        },
        () => moving.start(AWAY),
      ));

  it('is so once where the time that takes the place of one that moves stays on the day', () =>
    dieAtEach(async () => {
      await open();
      const { event, teachers } = moving.fair;
      const id = await moving.book(0, 0, 0);
      await moving.start(AWAY);
      const stays = await makeSlot(event, teachers[0]!.resource, '2026-11-24T19:00');
      return () => change(id, stays);
    }));

  it('is so once where the day moves back while a family that stayed has its only place on hold', async () => {
    await open({ perTeacherAndDay: 1 });
    const { event, teachers } = moving.fair;
    const id = await moving.book(0, 0, 0);
    await moving.start(AWAY);
    const stays = await makeSlot(event, teachers[0]!.resource, '2026-11-24T19:00');
    const held = await holdSlot(moving.deps, wishOf(moving.fair, moving.homes[0]!, stays, { replaces: id }));
    assert.ok(held.ok);
    await work();
    assert.equal(await moving.undo(), true);
    await moving.end();
    const { from, state } = await Appointment.findById(id).orFail().lean();
    assert.deepEqual([+from, state], [+teachers[0]!.slots[0]!.from, 'booked']);
    moving.setNow(new Date(+moving.now + HOLD_MS));
    await moving.end();
    assert.deepEqual(await findMovingFaults(event._id), []);
  });

  it('is so once where what kept a longer meeting is canceled after the one who moves it died', async () => {
    let kept: Types.ObjectId;
    await dieAtEach(
      async () => {
        await open({ gapMinutes: 10 });
        const { event, teachers } = moving.fair;
        await moving.book(0, 0, 0, 2);
        await moving.start({ ...AWAY, teacher: teachers[0]!.resource._id });
        const there = await makeSlot(event, teachers[1]!.resource, '2026-12-01T17:25');
        const other = await bookSlot(moving.deps, wishOf(moving.fair, moving.homes[0]!, there));
        assert.ok(other.ok);
        kept = other.appointment._id;
        return work;
      },
      async () => {
        const appointment = await Appointment.findById(kept).orFail().lean();
        await cancelAppointment(moving.deps, {
          ...{ appointment, by: 'household' },
          actor: { user: moving.homes[0]!.adults[0]! },
        });
      },
    );
  });

  it('is so once where the same hold is confirmed again and that goes on when the day has moved', async () => {
    for (let steps = 1, isDone = false; !isDone; steps++) {
      await open();
      const { deps, fair, homes } = moving;
      const wish = wishOf(fair, homes[0]!, fair.teachers[0]!.slots[0]!);
      const held = await holdSlot(deps, wish);
      assert.ok(held.ok);
      const confirm = () =>
        confirmAppointment(deps, { ...wish, appointment: held.appointment._id, note: '' });
      const first = async () => {
        await confirm();
        await moving.start(AWAY);
        await work();
      };
      const made = { inAll: 0, byLate: 0 };
      const late = () => confirm().then(() => void (made.byLate = made.inAll));
      await interleave(
        [
          { name: 'late', run: late },
          { name: 'first', run: first },
        ],
        (waiting) => (made.inAll++ < steps ? 0 : waiting - 1),
      );
      isDone = made.byLate <= steps;
      await moving.end();
      assert.equal(await Appointment.countDocuments({ state: 'booked' }), 1);
      assert.deepEqual(await findMovingFaults(fair.event._id), [], `after ${String(steps)} steps`);
    }
  });
});
