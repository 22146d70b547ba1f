import type { Types } from 'mongoose';
import { cancelAppointment } from '../booking/cancel-appointment.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { SlotMove, SlotMoveItem, WORKING_STATES, type MoveState } from '../models/slot-move.js';
import { addDays } from '../slots/add-day.js';
import { MESSAGE_MAX } from '../slots/schema.js';
import { finishLayouts } from '../slots/unlock-left.js';
import { keepWhole, sourceOf, targetOf } from './keep-whole.js';
import { moveSlot } from './move-slot.js';
import { lockSlot, unlockSlot } from './lock-moved.js';
import { WAIT_MS } from './policy.js';
import { tellFamilies } from './tell-families.js';
import { tellReturned } from './tell-returned.js';

/** A worker that has been silent for this long is dead. */
const LEASE_MS = 60_000;
/** After this many slots a worker reports that it lives. */
const AT_ONCE = 20;

/** Continues every move that has work to do and no worker: after a crash, and when families are due to be told. */
export async function continueMoves(deps: Deps, stopping: AbortSignal): Promise<void> {
  const now = deps.now();
  const due = await SlotMove.find(
    { $or: [{ state: { $in: WORKING_STATES } }, { state: 'waiting', tellAt: { $lte: now } }] },
    { _id: 1 },
  ).lean();
  for (const { _id } of due) {
    if (stopping.aborted) return;
    await runMove(deps, _id, stopping);
  }
}

/** Does what a move's state requires, to the end; nothing if another worker has it. */
export async function runMove(deps: Deps, id: Types.ObjectId | string, stopping: AbortSignal): Promise<void> {
  const now = deps.now();
  await SlotMove.updateOne(
    { _id: id, state: 'waiting', tellAt: { $lte: now } },
    { $set: { state: 'telling' } },
  );
  const move = await SlotMove.findOneAndUpdate(
    {
      _id: id,
      state: { $in: WORKING_STATES },
      $or: [{ leaseUntil: { $exists: false } }, { leaseUntil: { $lte: now } }],
    },
    { $set: { leaseUntil: new Date(now.getTime() + LEASE_MS) }, $inc: { fence: 1 } },
    { returnDocument: 'after' },
  ).lean();
  if (!move) return;
  const mine = { _id: move._id, state: move.state, fence: move.fence };
  const goesOn = async () => !stopping.aborted && (await renewLease(deps, move));
  // A move that only moves has nothing more to do with its slots when it tells.
  const isWorked = move.kind === 'move' && move.state === 'telling';
  const whole =
    (isWorked || (await workThrough(deps, move, stopping))) &&
    (move.state !== 'telling' || (await tellFamilies(deps, move, goesOn)));
  if (!whole) {
    await SlotMove.updateOne(mine, { $unset: { leaseUntil: 1 } });
    return;
  }
  if (move.state !== 'telling') await tellReturned(deps, move);
  await keepDay(move);
  const next = await nextOf(move);
  const tellAt = next === 'waiting' ? { tellAt: new Date(deps.now().getTime() + WAIT_MS) } : {};
  await SlotMove.updateOne(mine, { $set: { state: next, ...tellAt }, $unset: { leaseUntil: 1 } });
}

/** Somebody may have dropped the day meanwhile, as long as it had no slot: every slot is on a day that some page shows. */
async function keepDay({ kind, state, event: _id, day, toDay = day }: SlotMove): Promise<void> {
  if (kind !== 'move' || state === 'telling') return;
  const event = await Event.findById(_id, { account: 1, days: 1 }).lean();
  if (event) await addDays(event, [state === 'running' ? toDay : day]);
}

/** @returns false if another worker has taken over */
async function renewLease(deps: Deps, { _id, state, fence }: SlotMove): Promise<boolean> {
  const leaseUntil = new Date(deps.now().getTime() + LEASE_MS);
  return (await SlotMove.updateOne({ _id, state, fence }, { $set: { leaseUntil } })).matchedCount === 1;
}

async function nextOf({ _id, state }: SlotMove): Promise<MoveState> {
  if (state === 'telling') return 'done';
  // What could not be undone is told like the rest.
  if (await SlotMoveItem.exists({ move: _id, state: 'done' })) return 'waiting';
  return state === 'undoing' ? 'undone' : 'done';
}

/** @returns whether nothing is left; false if the worker is told to end, or another one has taken over */
async function workThrough(deps: Deps, move: SlotMove, stopping: AbortSignal): Promise<boolean> {
  const wanted = move.state === 'running' ? 'todo' : 'done';
  const order = move.state === 'undoing' ? -1 : 1;
  await finishLayouts({ _id: move.event, account: move.account }, deps.now());
  // What could not be undone stays `done` and is not tried again.
  let after: number | undefined;
  for (;;) {
    const past = after === undefined ? {} : { order: order > 0 ? { $gt: after } : { $lt: after } };
    const items = await SlotMoveItem.find({ move: move._id, state: wanted, ...past })
      .sort({ order })
      .limit(AT_ONCE)
      .lean();
    for (const item of items) {
      if (stopping.aborted) return false;
      await workOn(deps, move, item);
    }
    after = items.at(-1)?.order;
    if (items.length < AT_ONCE) return true;
    if (!(await renewLease(deps, move))) return false;
  }
}

async function workOn(deps: Deps, move: SlotMove, item: SlotMoveItem): Promise<void> {
  const [old, fresh] = [sourceOf(item), targetOf(item)];
  const end = (state: SlotMoveItem['state'], why?: SlotMoveItem['why']) =>
    SlotMoveItem.updateOne(
      { _id: item._id, state: item.state },
      { $set: { state, ...(why ? { why } : {}) } },
    );
  if (move.state === 'telling') {
    await cancelAll(deps, move, item);
    await end('told');
  } else if (move.kind === 'cancel') {
    // Without a notice none: then the page says in each reader's words that it is not available.
    const message = move.notice.slice(0, MESSAGE_MAX);
    if (move.state === 'running') {
      const before = await lockSlot(deps, item, old, message);
      await (before ? end('done') : end('stays', 'changed'));
    } else {
      await unlockSlot(item, old, { state: item.slotState ?? 'visible', message: item.slotMessage ?? '' });
      await end('undone');
    }
  } else {
    const isUndo = move.state === 'undoing';
    const [source, target] = isUndo ? [fresh, old] : [old, fresh];
    const why = await moveSlot(deps, item, source, target);
    if (why) {
      await keepWhole(deps, move, item);
      await end(isUndo ? 'done' : 'stays', why);
    } else await end(isUndo ? 'undone' : 'done');
  }
}

async function cancelAll(deps: Deps, move: SlotMove, item: SlotMoveItem): Promise<void> {
  const booked = await Appointment.find(
    {
      // Of a longer one that also needs other slots the time is that of its first.
      $or: [{ slot: item.slot, from: item.from }, { more: { $eq: item.slot, $exists: true } }],
      state: { $in: LIVING_STATES },
    },
    { account: 1 },
  ).lean();
  for (const appointment of booked)
    await cancelAppointment(deps, {
      appointment,
      by: 'school',
      actor: { user: move.by },
      notice: move.notice,
      move: move._id,
    });
}
