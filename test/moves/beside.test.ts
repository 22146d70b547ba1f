import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { Types } from 'mongoose';
import { expireHolds } from '../../server/booking/expire-holds.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { slotsByDay } from '../../server/events/queries.js';
import { updateEvent } from '../../server/events/update-event.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Notification } from '../../server/models/notification.js';
import { Resource } from '../../server/models/resource.js';
import { coveredMinutes, Slot } from '../../server/models/slot.js';
import { SlotMoveItem } from '../../server/models/slot-move.js';
import { continueMoves } from '../../server/moves/run-move.js';
import type { MoveForm } from '../../server/moves/schema.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { asApp } from '../support/scans.js';
import { bookSlot, DAY, EVE, wishOf } from '../support/booking/conference.js';
import { interleave } from '../support/booking/interleave.js';
import { makeSlot } from '../support/event.js';
import { Moving } from '../support/booking/moving.js';
import { findMovingFaults } from '../support/booking/moving-faults.js';
import { runs } from '../support/seed.js';

const RUNS = runs(25);
const going = new AbortController().signal;
const HOUR = 3600_000;

const KINDS = [
  'students',
  'teachers',
  'sync',
  'back',
  'settings',
  'book',
  'cancel',
  'undo',
  'clean',
  'work',
] as const;

interface Deed {
  kind: (typeof KINDS)[number];
  n: number;
  dieAfter?: number | undefined;
}

const deed: fc.Arbitrary<Deed> = fc.record({
  kind: fc.constantFrom(...KINDS),
  n: fc.nat(5),
  dieAfter: fc.option(fc.integer({ min: 1, max: 60 }), { nil: undefined, freq: 3 }),
});

const scene = fc.record({
  booked: fc.array(fc.tuple(fc.nat(2), fc.nat(2), fc.nat(3), fc.constantFrom(1, 1, 2, 3)), {
    minLength: 2,
    maxLength: 5,
  }),
  where: fc.constantFrom<Partial<MoveForm>>(
    { toTime: '17:10' },
    { toDay: '2026-11-25' },
    { toDay: '2026-12-01', toTime: '08:00' },
    { kind: 'cancel', notice: 'No power' },
  ),
  perTeacherAndDay: fc.constantFrom(0, 3),
  beside: fc.array(deed, { minLength: 1, maxLength: 4 }),
  dies: fc.array(fc.integer({ min: 3, max: 60 }), { maxLength: 2 }),
  choices: fc.infiniteStream(fc.nat(5)),
});

describe('a move of a day, and what happens beside it', () => {
  let moving: Moving;

  /** The third teacher has the later slots, so that the three can be two people. */
  async function open(perTeacherAndDay: number): Promise<void> {
    moving = await Moving.open({
      students: 3,
      teachers: 3,
      slots: 4,
      booking: { perTeacherAndDay, inARow: 3 },
    });
    const { account } = moving.fair.event;
    for (const { _id, from, to } of moving.fair.teachers[2]!.slots) {
      const later = { from: new Date(+from + HOUR), to: new Date(+to + HOUR) };
      await Slot.updateOne({ _id }, { $set: { ...later, minutes: coveredMinutes(later) } });
    }
    const [one, , three] = moving.fair.teachers;
    const [ana, leo] = moving.fair.students;
    for (const [contact, candidate] of [
      [three!.contact, one!.contact],
      [leo!, ana!],
    ] as const)
      await noteDuplicates(
        account,
        [{ contact: contact._id, candidate: candidate._id, reason: { code: 'name' } }],
        EVE,
      );
  }

  function merge(keep: { _id: Types.ObjectId }, drop: { _id: Types.ObjectId }) {
    const { deps, actor } = moving;
    return mergeContacts(deps, actor, keep._id, drop._id, keepOfLost(deps));
  }

  async function act({ kind, n }: Deed): Promise<void> {
    const { teachers, students } = moving.fair;
    const scope = { event: moving.fair.event._id };
    const one = (
      await Appointment.find({ ...scope, state: { $in: LIVING_STATES } })
        .sort({ _id: 1 })
        .lean()
    )[n % 3];
    if (kind === 'students') await merge(students[n % 2]!, students[1 - (n % 2)]!);
    else if (kind === 'teachers')
      await merge(teachers[n % 2 ? 2 : 0]!.contact, teachers[n % 2 ? 0 : 2]!.contact);
    else if (kind === 'clean') await expireHolds(moving.deps, going);
    else if (kind === 'work') await continueMoves(moving.deps, going);
    else if (kind === 'undo') await moving.undo();
    else if (kind === 'book') await moving.tryToBook(n % 3, (n + 1) % 3, n % 4, 1 + (n % 2));
    else if (kind === 'cancel') await moving.cancel(n % 3, (n + 1) % 3);
    else if (kind === 'settings') await settings(n);
    // What a sync writes, and its undo, when the class or the teacher is gone: by the values that were read.
    else if (kind === 'sync') {
      await Resource.updateOne(
        { ...scope, _id: teachers[n % 3]!.resource._id },
        { $set: { status: 'gone' } },
      );
      if (one)
        await Appointment.updateOne(
          { _id: one._id, state: 'booked' },
          { $set: { state: 'problem', problem: { code: 'not together' } } },
        );
    } else {
      await Resource.updateMany({ ...scope, status: 'gone' }, { $set: { status: 'active' } });
      const gone = { state: 'problem', 'problem.code': 'not together' } as const;
      if (one)
        await Appointment.updateOne(
          { _id: one._id, ...gone },
          { $set: { state: 'booked' }, $unset: { problem: 1 } },
        );
    }
  }

  /** Saves what the page of settings may save: other limits, and a day less where it has no slots. */
  async function settings(n: number): Promise<void> {
    const event = await Event.findById(moving.fair.event._id).orFail().lean();
    const taken = await slotsByDay(event);
    const { name, place, description, timeZone, days } = event;
    const booking = {
      ...event.booking,
      perTeacherAndDay: n % 3,
      gapMinutes: n % 2 ? 10 : 0,
      cancelHoursBefore: n,
    };
    const kept = days.filter((day) => taken.has(day));
    await updateEvent(
      moving.actor,
      event,
      { name, place, description, timeZone, days: kept.length > 0 ? kept : days, booking },
      moving.now,
    );
  }

  it('loses no time, seat or count, tells everybody once, and leaves nothing behind, whoever dies on the way', async () => {
    await fc.assert(
      fc.asyncProperty(scene, async ({ booked, where, perTeacherAndDay, beside, dies, choices }) => {
        await open(perTeacherAndDay);
        for (const [home, teacher, slot, inARow] of booked)
          await moving.tryToBook(home, teacher, slot, inARow);
        await expireAll();
        await Notification.deleteMany({});
        await moving.tryToStart({ day: DAY, ...where });
        const workers = [...dies, undefined].map((dieAfter, n) => ({
          name: `worker ${String(n)}`,
          ...(dieAfter ? { dieAfter } : {}),
          run: async () => {
            // It takes over what the one before let go of in silence.
            if (n > 0) moving.setNow(new Date(+moving.now + 61_000));
            await continueMoves(moving.deps, going);
          },
        }));
        const runOf = (one: Deed) => ({
          name: one.kind,
          ...(one.dieAfter ? { dieAfter: one.dieAfter } : {}),
          run: () => act(one),
        });
        await interleave([...workers, ...beside.map(runOf)], (waiting) => choices.next().value % waiting);
        await moving.end();
        // Who died in a merge asks for it again, when it counts as cut off.
        moving.setNow(new Date(+moving.now + HOUR));
        for (const one of beside) if (one.kind === 'students' || one.kind === 'teachers') await act(one);
        await expireAll();
        await moving.end();
        assert.equal(await Contact.countDocuments({ merging: { $exists: true } }), 0);
        assert.deepEqual(await findMovingFaults(moving.fair.event._id), []);
      }),
      { numRuns: RUNS },
    );
  });

  it('three slots of a meeting that cannot go all come back, wherever the worker dies', async () => {
    for (let dieAfter = 5; dieAfter < 120; dieAfter += 9) {
      moving = await Moving.open({ slots: 4, booking: { inARow: 3, gapMinutes: 10 } });
      const [lee, park] = moving.fair.teachers;
      const id = await moving.book(0, 0, 0, 3);
      const before = await Appointment.findById(id).orFail().lean();
      await moving.start({ toDay: '2026-12-01', teacher: lee!.resource._id });
      // The family books another meeting that ends where the first slot goes: too close for the event.
      const there = await makeSlot(moving.fair.event, park!.resource, '2026-12-01T16:50');
      const other = await bookSlot(moving.deps, wishOf(moving.fair, moving.homes[0]!, there));
      assert.ok(other.ok);
      const run = () => continueMoves(moving.deps, going);
      await interleave([{ name: 'worker', dieAfter, run }], () => 0);
      await moving.end();
      const after = await Appointment.findById(id).orFail().lean();
      assert.deepEqual([after.state, after.from, after.to], ['booked', before.from, before.to]);
      assert.deepEqual(await findMovingFaults(moving.fair.event._id), [], `after ${String(dieAfter)} steps`);
    }
  });

  it('the preview counts the way between a family’s meetings', async () => {
    moving = await Moving.open({ booking: { gapMinutes: 10 } });
    const [lee, park] = moving.fair.teachers;
    const id = await moving.book(0, 0, 0);
    const there = await makeSlot(moving.fair.event, park!.resource, '2026-12-01T16:50');
    assert.ok((await bookSlot(moving.deps, wishOf(moving.fair, moving.homes[0]!, there))).ok);
    const toDay = { toDay: '2026-12-01', teacher: lee!.resource._id };
    await moving.start(toDay);
    const { slot } = await Appointment.findById(id).orFail().lean();
    const stays = await SlotMoveItem.findOne({ slot }).orFail().lean();
    assert.deepEqual([stays.state, stays.why], ['stays', 'household busy']);
  });

  /** What was put on hold ends, and what a dead process left is finished. */
  async function expireAll(): Promise<void> {
    moving.setNow(new Date(+moving.now + 20 * 60_000));
    await asApp(() => expireHolds(moving.deps, going));
  }
});
