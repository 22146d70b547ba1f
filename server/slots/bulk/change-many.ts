import type { AnyBulkWriteOperation } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { AuditChange } from '../../models/audit-entry.js';
import { duplicatesAmong } from '../../models/duplicate-key.js';
import type { Event } from '../../models/event.js';
import { Resource } from '../../models/resource.js';
import { coveredMinutes, Slot } from '../../models/slot.js';
import type { Actor } from '../../web/actor.js';
import { insertSlots } from '../add-slots.js';
import { distinctIds, groupBy } from '../../web/lists.js';
import { changeSlots } from '../change-slots.js';
import { changeOfMany, changesOfRooms } from '../name-before.js';
import { LOCKED, lockFree, takenAmong, unlock, type Taken } from '../lock-slots.js';
import { layAgain, type Run } from './lay-again.js';
import type { BulkChange } from './schema.js';

type EventScope = Pick<Event, '_id' | 'account'>;

/** Why a slot stays as it is. `no room`: the new length does not fit there. `changed`: somebody else changed it meanwhile. */
export type WhyLeft = 'booked' | 'held' | 'no room' | 'seats' | 'changed';

export interface BulkPlan {
  /** Slots that get another length, kind or number of families. */
  changing: Slot[];
  left: { slot: Slot; why: WhyLeft }[];
  runs: Run<Slot>[];
}

type Wanted = Pick<BulkChange, 'minutes' | 'capacity' | 'kind'>;

/** The part of a change that a booked slot does not allow. */
function needsFree({ minutes, kind }: Wanted): boolean {
  return minutes !== undefined || kind !== '';
}

/**
 * What a change would do to some slots; writes nothing. A booked slot keeps its length and kind, and at least as many seats as are taken.
 * @param slots whole documents, as they were read
 */
export async function planChange(event: EventScope, slots: Slot[], change: Wanted): Promise<BulkPlan> {
  const taken = await takenAmong(slots.map(({ _id }) => _id));
  return planAround(event, slots, change, taken);
}

async function planAround(
  event: EventScope,
  slots: Slot[],
  change: Wanted,
  taken: Map<string, Taken>,
): Promise<BulkPlan> {
  const left: BulkPlan['left'] = [];
  const changing = slots.filter((slot) => {
    const has = taken.get(slot._id.toHexString());
    if (!has) return true;
    if (needsFree(change)) left.push({ slot, why: has.why });
    else if (change.capacity !== undefined && change.capacity < has.count) left.push({ slot, why: 'seats' });
    else return true;
    return false;
  });
  if (change.minutes === undefined) return { changing, left, runs: [] };
  const free = new Set(changing.map(({ _id }) => _id.toHexString()));
  const own = await Slot.find({
    account: event.account,
    event: event._id,
    resource: { $in: [...new Set(changing.map(({ resource }) => resource.toHexString()))] },
  })
    .sort({ resource: 1, from: 1 })
    .lean();
  const byResource = groupBy(own, ({ resource }) => resource.toHexString());
  const runs: Run<Slot>[] = [];
  for (const list of byResource.values()) {
    const laid = layAgain(list, ({ _id }) => free.has(_id.toHexString()), change.minutes);
    runs.push(...laid.runs);
    left.push(...laid.left.map((slot) => ({ slot, why: 'no room' as const })));
  }
  const noRoom = new Set(left.map(({ slot }) => slot._id.toHexString()));
  return { changing: changing.filter(({ _id }) => !noRoom.has(_id.toHexString())), left, runs };
}

/**
 * Changes many slots at once. If a change requires that a slot is not booked, the slot is locked meanwhile; each write carries the slot as
 * it was read in its filter.
 * @returns how many slots were changed, made and removed, and which ones stay, with the reason
 */
export async function changeMany(
  actor: Actor,
  event: EventScope,
  slots: Slot[],
  change: BulkChange,
  now: Date,
): Promise<{ changed: number; made: number; removed: number; left: BulkPlan['left'] }> {
  const { state, message, capacity, kind, minutes, room } = change;
  const done = { changed: 0, made: 0, removed: 0, left: [] as BulkPlan['left'] };
  const rooms = room === '' ? { changes: [], detail: {} } : await setRooms(event, slots, room);
  // This goes first, so that a locked slot gets back the state that it will have.
  if (state !== '') await changeSlots(actor, event, slots, { state, message }, now);
  const current =
    state === ''
      ? slots
      : slots.map((slot) =>
          Object.assign({}, slot, { state, message: state === 'unavailable' ? message : '' }),
        );
  if (needsFree(change)) await changeLocked(event, current, change, done, now);
  else if (capacity !== undefined) await changeSeats(event, current, capacity, done);
  else done.changed = slots.length;
  await recordAudit({
    account: event.account,
    event: event._id,
    user: actor.user,
    action: 'change many slots',
    detail: {
      slots: slots.length,
      ...{ changed: done.changed, made: done.made, removed: done.removed, left: done.left.length },
      ...{ minutes, capacity, kind, state },
      ...rooms.detail,
    },
    changes: [...changesOfSlots(slots, change, done), ...rooms.changes],
    at: now,
  });
  return done;
}

/** Gives the slots' teachers one room. @returns their rooms before, for the audit */
async function setRooms(event: EventScope, slots: Slot[], room: string) {
  const those = { ...scopeOf(event), _id: { $in: distinctIds(slots.map(({ resource }) => resource)) } };
  const before = await Resource.find({ ...those, room: { $ne: room } }, { room: 1 })
    .sort({ sortKey: 1 })
    .lean();
  await Resource.updateMany(those, { $set: { room } });
  return changesOfRooms(before.map(({ _id, room: was }) => ({ _id, was, room })));
}

/** What the changed slots were before; a state is told by the entry of its own change. */
function changesOfSlots(
  slots: Slot[],
  { minutes, capacity, kind }: BulkChange,
  { left }: Done,
): AuditChange[] {
  const staying = new Set(left.map(({ slot }) => slot._id.toHexString()));
  const changed = slots.filter(({ _id }) => !staying.has(_id.toHexString()));
  const was = (valueOf: (slot: Slot) => string | number) =>
    changed.map((slot) => [valueOf(slot), 1] as const);
  const lengthOf = ({ from, to }: Slot) => (to.getTime() - from.getTime()) / 60_000;
  return [
    ...(minutes === undefined ? [] : changeOfMany('minutes', was(lengthOf), minutes)),
    ...(capacity === undefined
      ? []
      : changeOfMany(
          'capacity',
          was((slot) => slot.capacity),
          capacity,
        )),
    ...(kind === ''
      ? []
      : changeOfMany(
          'kind',
          was((slot) => slot.kind),
          kind,
        )),
  ];
}

type Done = Awaited<ReturnType<typeof changeMany>>;

async function changeLocked(
  event: EventScope,
  slots: Slot[],
  change: BulkChange,
  done: Done,
  now: Date,
): Promise<void> {
  const { locked, taken } = await lockFree(event, slots, now);
  const plan = await planAround(event, slots, change, taken);
  done.left.push(...plan.left);
  const byId = new Map(locked.map((slot) => [slot._id.toHexString(), slot]));
  const set = {
    ...(change.kind === '' ? {} : { kind: change.kind }),
    ...(change.capacity === undefined ? {} : { capacity: change.capacity }),
  };
  const moved = new Set<string>();
  for (const run of plan.runs) {
    for (const { _id } of run.slots) moved.add(_id.toHexString());
    await writeRun(event, run, byId, set, done);
  }
  const others = locked.filter(({ _id }) => !moved.has(_id.toHexString()));
  const noRoom = new Set(plan.left.map(({ slot }) => slot._id.toHexString()));
  const kept = others.filter(({ _id }) => !noRoom.has(_id.toHexString()));
  const asLocked = { ...scopeOf(event), _id: { $in: kept.map(({ _id }) => _id) }, state: LOCKED };
  if (Object.keys(set).length > 0) await Slot.updateMany(asLocked, { $set: set });
  done.changed += kept.length;
  await unlock(event, others);
}

const scopeOf = (event: EventScope) => ({ account: event.account, event: event._id });

/**
 * Longer slots are moved from the last to the first, shorter ones from the first to the last: so no slot overlaps one that has not moved
 * yet.
 */
async function writeRun(
  event: EventScope,
  { slots, times }: Run<Slot>,
  byId: Map<string, Slot>,
  set: Partial<Pick<Slot, 'kind' | 'capacity'>>,
  done: Done,
): Promise<void> {
  const asLocked = ({ _id, from, to }: Slot) => ({ ...scopeOf(event), _id, from, to, state: LOCKED });
  const surplus = slots.slice(times.length);
  const kept = slots.slice(0, times.length).flatMap((slot, index) => {
    const before = byId.get(slot._id.toHexString());
    const time = times[index];
    if (!before || !time) return [];
    const to = { ...time, minutes: coveredMinutes(time), state: before.state, ...set };
    return [{ updateOne: { filter: asLocked(slot), update: { $set: to, $unset: { locked: 1 as const } } } }];
  });
  const [first, time] = [slots[0], times[0]];
  if (!first || !time) return;
  const grows = +time.to > +first.to;
  const writes: AnyBulkWriteOperation<Slot>[] = [
    ...surplus.map((slot) => ({ deleteOne: { filter: asLocked(slot) } })),
    ...(grows ? kept.reverse() : kept),
  ];
  try {
    const written = await Slot.bulkWrite(writes, { ordered: true });
    done.changed += written.modifiedCount;
    done.removed += written.deletedCount;
  } catch (error) {
    // Somebody has just made a slot in between.
    if (!duplicatesAmong(error)) throw error;
    const still = slots.flatMap(({ _id }) => byId.get(_id.toHexString()) ?? []);
    await unlock(event, still);
    done.left.push(...still.map((slot) => ({ slot, why: 'changed' as const })));
    return;
  }
  const like = Object.assign({}, byId.get(first._id.toHexString()) ?? first, set);
  const more = times.slice(slots.length).map(({ from, to }) => {
    const { account, event: of, resource, day, capacity, kind, state, message } = like;
    return { account, event: of, resource, day, capacity, kind, state, message, from, to };
  });
  done.made += (await insertSlots(more)).length;
}

/**
 * The number is written before the seats are counted: somebody who books meanwhile either has the appointment already, or finds the new
 * number.
 */
async function changeSeats(event: EventScope, slots: Slot[], capacity: number, done: Done): Promise<void> {
  const ids = slots.map(({ _id }) => _id);
  const plan = await planAround(event, slots, { capacity, kind: '' }, await takenAmong(ids));
  done.left.push(...plan.left);
  for (const [before, list] of groupBy(plan.changing, (slot) => slot.capacity))
    await Slot.updateMany(
      { ...scopeOf(event), _id: { $in: list.map(({ _id }) => _id) }, capacity: before },
      { $set: { capacity } },
    );
  const after = await takenAmong(plan.changing.map(({ _id }) => _id));
  const over = plan.changing.filter(({ _id }) => (after.get(_id.toHexString())?.count ?? 0) > capacity);
  for (const slot of over)
    await Slot.updateOne(
      { _id: slot._id, ...scopeOf(event), capacity },
      { $set: { capacity: slot.capacity } },
    );
  done.left.push(...over.map((slot) => ({ slot, why: 'seats' as const })));
  done.changed += plan.changing.length - over.length;
}
