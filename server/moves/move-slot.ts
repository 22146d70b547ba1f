import { Types } from 'mongoose';
import { endHold } from '../claims/check-holder.js';
import { findNeeds } from '../booking/find-needs.js';
import { finishAppointment } from '../booking/finish-appointment.js';
import { toldOf } from '../booking/reconcile-interpreter.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots } from '../models/appointment-slots.js';
import { asRead } from '../models/as-read.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { coveredMinutes, Slot } from '../models/slot.js';
import { SlotMoveItem, type StayCode } from '../models/slot-move.js';
import { LOCKED } from '../slots/lock-slots.js';
import { enterDay, leaveDay } from './enter-day.js';
import { noteBack, noteMoved } from './write-moved.js';
import { areThere, findParts, leadOf } from './find-parts.js';
import { enterTime, leaveTime } from '../claims/enter-time.js';

/** A slot's place in time. */
export interface SlotTime {
  from: Date;
  to: Date;
  day: string;
}

/**
 * Moves one slot with all of its appointments, or nothing of it. Its claims stay; each appointment keeps its id, and its entry in the
 * family's calendar counts one more change. Each step may be repeated, so that a death between two of them loses nothing:
 * 1. lock the slot, so that nobody books it, and end its holds
 * 2. enter the new time in all diaries and take the counts per day, beside the old ones
 * 3. move the slot if it still is where it was, and unlock it in the same write
 * 4. move its appointments · 5. remove the old time from the diaries, and release the old day's counts
 * If step 2 or 3 fails, what was entered is removed and the slot is unlocked at its old time.
 * A longer meeting goes to its new time, and leaves the old one, with the last of its slots (`keep-whole.ts`).
 * @returns why it stays, if it does
 */
export async function moveSlot(
  deps: Deps,
  item: SlotMoveItem,
  source: SlotTime,
  target: SlotTime,
): Promise<StayCode | undefined> {
  const slot = await Slot.findOne({ _id: item.slot, account: item.account, event: item.event }).lean();
  if (!slot) return 'gone';
  if (isAt(slot, target)) {
    await moveAppointments(item, source, target, deps.now());
    return undefined;
  }
  if (!isAt(slot, source)) return 'changed';
  const before = await lockSlot(deps, item, source);
  if (!before) return 'changed';
  const living = await livingIn(item.slot);
  const refused = await enterAll(deps, item, living, source, target);
  const why = refused ?? (await moveTo(slot, source, target, before, living.length > 0));
  if (!why) {
    await moveAppointments(item, source, target, deps.now());
    return undefined;
  }
  const ids = living.map(({ _id }) => _id);
  await leaveTime(ids, item.slot, target.to);
  if (source.day !== target.day) await leaveDay(item, ids, target.day, deps.now());
  // A merge of two teachers has given it to the other one: what was taken for the first is of no use.
  const passed =
    why === 'changed' && (await Slot.exists({ ...whereIs(slot, source), resource: { $ne: slot.resource } }));
  if (passed) return moveSlot(deps, item, source, target);
  await unlockSlot(item, source, before);
  return why;
}

const whereIs = ({ _id, account, event }: Slot, { from, to }: SlotTime) => ({
  ...{ _id, account, event, from, to },
  state: LOCKED,
});

const livingIn = (slot: SlotMoveItem['slot']): Promise<Appointment[]> =>
  Appointment.find({ ...inSlots([slot]), state: { $in: LIVING_STATES } }).lean();

const isWayBack = (item: SlotMoveItem, source: SlotTime) => +source.from !== +item.from;

const isAt = (slot: Slot, { from, to }: SlotTime) => +slot.from === +from && +slot.to === +to;
type Before = Pick<Slot, 'state' | 'message'>;

/**
 * Keeps everybody from booking a slot and ends its holds. Its former state is noted first.
 * @returns its former state; undefined if it no longer exists, or others are changing it
 */
export async function lockSlot(
  deps: Deps,
  item: SlotMoveItem,
  { from, to }: Pick<SlotTime, 'from' | 'to'>,
  message?: string,
): Promise<Before | undefined> {
  const scope = { _id: item.slot, account: item.account, event: item.event, from, to };
  let before = noted(await SlotMoveItem.findById(item._id).lean());
  for (;;) {
    const slot = await Slot.findOne(scope, { state: 1, message: 1, locked: 1 }).lean();
    // A change of several slots that isn't finished keeps on this one what its row becomes.
    if (!slot || slot.locked?.layout) return undefined;
    // A worker that locked the slot and died has noted the state; otherwise it is the slot's own.
    const isLocked =
      before !== undefined && slot.state === LOCKED && slot.message === (message ?? before.message);
    if (!isLocked || !before) {
      // What a change of several slots has locked goes back to what it was before that.
      before = { state: slot.locked?.was ?? slot.state, message: slot.message };
      await SlotMoveItem.updateOne(
        { _id: item._id },
        { $set: { slotState: before.state, slotMessage: before.message } },
      );
    }
    const locked = await Slot.updateOne(
      { ...scope, state: slot.state, message: slot.message },
      { $set: { state: LOCKED, ...(message === undefined ? {} : { message }) }, $unset: { locked: 1 } },
    );
    if (locked.matchedCount === 1) break;
  }
  const holds = await Appointment.find({ ...inSlots([item.slot]), state: 'pending' }, { _id: 1 }).lean();
  for (const { _id } of holds) {
    await endHold(_id, 'not here');
    await finishAppointment(deps, _id);
  }
  return before;
}

function noted(item: SlotMoveItem | null): Before | undefined {
  return item?.slotState && { state: item.slotState, message: item.slotMessage ?? '' };
}

/** Restores the slot's former state, at its old time. */
export async function unlockSlot(
  item: SlotMoveItem,
  { from, to }: Pick<SlotTime, 'from' | 'to'>,
  before: Before,
): Promise<void> {
  const scope = { _id: item.slot, account: item.account, event: item.event, from, to };
  await Slot.updateOne({ ...scope, state: LOCKED }, { $set: before });
}

async function enterAll(
  deps: Deps,
  item: SlotMoveItem,
  living: Appointment[],
  source: SlotTime,
  target: SlotTime,
): Promise<StayCode | undefined> {
  for (const appointment of living) {
    const parts = appointment.more ? await findParts(item, appointment, isWayBack(item, source)) : [];
    if (!parts) return 'longer';
    const needs = await findNeeds(appointment, { _id: item.slot, ...target }, leadOf(parts, item));
    for (const need of needs) {
      if (need.kind === 'counted') {
        if (source.day !== target.day && !(await enterDay(appointment, need, item.move, deps.now())))
          return 'day limit';
        continue;
      }
      // Whoever interprets is chosen again at the new time.
      if (need.refusal === 'interpreter busy') continue;
      const refusal = await enterTime(appointment, need, deps.now());
      if (refusal) return refusal === 'teacher busy' ? 'teacher busy' : 'household busy';
    }
  }
  return undefined;
}

async function moveTo(
  slot: Slot,
  source: SlotTime,
  target: SlotTime,
  before: Before,
  isBooked: boolean,
): Promise<StayCode | undefined> {
  const { from, to, day } = target;
  try {
    const moved = await Slot.updateOne(
      { ...whereIs(slot, source), resource: slot.resource },
      {
        $set: {
          ...{ from, to, day, minutes: coveredMinutes(target), ...before },
          // If a teacher joined meanwhile, their diary has the old time: the job corrects that.
          ...(isBooked ? { unsettled: true } : {}),
        },
      },
    );
    return moved.matchedCount === 1 ? undefined : 'changed';
  } catch (error) {
    if (isDuplicateKey(error)) return 'overlap';
    throw error;
  }
}

/** Everything that is still at the old time; a change that the family made meanwhile is theirs. */
async function moveAppointments(
  item: SlotMoveItem,
  source: SlotTime,
  target: SlotTime,
  now: Date,
): Promise<void> {
  const isBack = isWayBack(item, source);
  const left: Appointment[] = [];
  for (const appointment of await livingIn(item.slot))
    if (appointment.more) await moveLonger(item, appointment, isBack, now);
    else {
      left.push(appointment);
      await writeTime(item, appointment, source, target, { isBack, now });
    }
  const ids = left.map(({ _id }) => _id);
  await leaveTime(ids, item.slot, source.to);
  if (source.day !== target.day) await leaveDay(item, ids, source.day, now);
}

/** Moves a longer meeting when the last of its slots has moved. */
async function moveLonger(
  item: SlotMoveItem,
  appointment: Appointment,
  isBack: boolean,
  now: Date,
): Promise<void> {
  const parts = await findParts(item, appointment, isBack);
  const [first, last] = [parts?.[0], parts?.at(-1)];
  if (!parts || !first || !last || !(await areThere(parts, isBack))) return;
  const [old, fresh] = [
    { from: first.from, to: last.to },
    { from: first.newFrom, to: last.newTo },
  ];
  await writeTime(item, appointment, isBack ? fresh : old, isBack ? old : fresh, { isBack, now });
  const ids = [appointment._id];
  for (const { slot, to, newTo } of parts) await leaveTime(ids, slot, isBack ? newTo : to);
  if (first.day !== first.newDay) await leaveDay(item, ids, isBack ? first.newDay : first.day, now);
}

async function writeTime(
  item: SlotMoveItem,
  appointment: Appointment,
  source: Pick<SlotTime, 'from'>,
  target: Pick<SlotTime, 'from' | 'to'>,
  way: { isBack: boolean; now: Date },
): Promise<void> {
  let one: Appointment | null = appointment;
  // Who sits in it may change at this moment: the old time is left only once no appointment is there any more.
  while (one && LIVING_STATES.includes(one.state) && +one.from === +source.from) {
    const moved = way.isBack
      ? await noteBack(item, one, way.now)
      : await noteMoved(item, one, target, way.now);
    const interpreting = await markMoved(item, one);
    if (await writeOnce(one, source, target, { moved, interpreting })) return;
    one = await Appointment.findById(one._id).lean();
  }
}

/** Whoever interprets is chosen again at the new time, also where nobody could at the old one. Whom the family was told is kept. */
async function markMoved(
  { move }: SlotMoveItem,
  { event, household, interpreter, interpreting }: Appointment,
): Promise<Appointment['interpreting']> {
  const was = toldOf({ interpreter, interpreting });
  const isLacking = async () =>
    (await Event.exists({ _id: event, interpreting: { $exists: true } })) !== null &&
    (await Household.exists({ _id: household, interpreter: { $exists: true } })) !== null;
  if (!was && !interpreting && !(await isLacking())) return undefined;
  const assigned = interpreting?.to?.equals(interpreter ?? '') ? undefined : interpreting?.to;
  // Of a move that goes back it is whom they had before it.
  const to = assigned ?? was;
  return { mark: new Types.ObjectId(), was, move, ...(to ? { to } : {}) };
}

async function writeOnce(
  { _id, entry, interpreter, interpreting: before }: Appointment,
  source: Pick<SlotTime, 'from'>,
  target: Pick<SlotTime, 'from' | 'to'>,
  { moved, interpreting }: Pick<Appointment, 'moved' | 'interpreting'>,
): Promise<boolean> {
  const written = await Appointment.updateOne(
    {
      _id,
      state: { $in: LIVING_STATES },
      from: source.from,
      ...asRead({ 'entry.changes': entry?.changes, interpreter, 'interpreting.mark': before?.mark }),
    },
    {
      $set: {
        from: target.from,
        to: target.to,
        ...(moved ? { moved } : {}),
        entry: { first: entry?.first ?? _id, changes: (entry?.changes ?? 0) + 1 },
        ...(interpreting ? { interpreting } : {}),
      },
      $unset: { ...(moved ? {} : { moved: 1 }), ...(interpreter ? { interpreter: 1 } : {}) },
    },
  );
  return written.matchedCount === 1;
}
