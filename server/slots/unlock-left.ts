import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import { eachOf } from '../web/each-of.js';
import { finishChange, WITH_LAYOUT } from './bulk/finish-change.js';
import { LOCKED } from './lock-slots.js';

/** What has been locked for this long was left by a process that died. */
const LOCK_MS = 5 * 60_000;
/** The same, where somebody waits for it: planning takes less, and a change whose locks are taken from it changes nothing. */
const LOCK_WAITED_MS = 30_000;
/** The most that one turn gives back. */
const AT_ONCE = 1000;

interface Scope {
  account?: Types.ObjectId;
  event?: Types.ObjectId;
}

/** Finishes changes of slots whose process died, and gives back what it locked and had not begun: each has the state that it had before. */
export async function unlockLeft(
  { now }: Pick<Deps, 'now'>,
  stopping = new AbortController().signal,
): Promise<void> {
  const before = new Date(now().getTime() - LOCK_MS);
  const steps = [() => finishAll({}, before, stopping), () => giveBack({}, before)];
  await eachOf(steps, stopping, (step) => step());
}

/**
 * Finishes the changes that an event’s slots are in the middle of, and gives back what none of them has begun. Whoever is about to change
 * its slots does this first, so that a click whose process died can be repeated at once. It does no harm where that process still lives:
 * each write is done by one of the two. A change that can’t be finished holds nobody up: the job tries again, and reports it.
 */
export async function finishLayouts(event: Pick<Event, '_id' | 'account'>, now: Date): Promise<void> {
  const scope = { account: event.account, event: event._id };
  await finishAll(scope, now, new AbortController().signal).catch(() => undefined);
  await giveBack(scope, new Date(now.getTime() - LOCK_WAITED_MS));
}

/** The changes that have kept what their rows become. */
function changesIn(scope: Scope, before?: Date): Promise<(Types.ObjectId | undefined)[]> {
  return Slot.distinct('locked.by', {
    ...{ ...scope, ...WITH_LAYOUT },
    ...(before ? { 'locked.at': { $lte: before } } : {}),
  });
}

async function finishAll(scope: Scope, before: Date, stopping: AbortSignal): Promise<void> {
  await eachOf(await changesIn(scope, before), stopping, async (by) => by && finishChange(by));
}

/**
 * Gives back slots that were locked and belong to no row of a change. One of a row that isn’t finished stays locked: free at its old time
 * it would be in the row’s way.
 */
async function giveBack(scope: Scope, before: Date): Promise<void> {
  const unfinished = await changesIn(scope);
  const left = await Slot.find(
    {
      ...{ ...scope, locked: { $exists: true }, 'locked.at': { $lte: before } },
      ...{ 'locked.layout': { $exists: false }, 'locked.by': { $nin: unfinished } },
    },
    { state: 1, locked: 1 },
  )
    .limit(AT_ONCE)
    .lean();
  for (const { _id, state, locked } of left)
    if (locked)
      await Slot.updateOne(
        { _id, state, 'locked.at': locked.at, 'locked.layout': { $exists: false } },
        { $unset: { locked: 1 }, ...(state === LOCKED ? { $set: { state: locked.was } } : {}) },
      );
}
