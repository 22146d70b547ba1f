import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { LOCKED, lockFree } from './lock-slots.js';
import { groupSlots, type ReadSlot } from './mark-slots.js';

export type SlotFilter =
  { _id: { $in: Types.ObjectId[] } } | { resource: { $in: Types.ObjectId[] }; day?: string };

export interface Removed {
  removed: number;
  /** Slots that stay, because somebody has them or is about to. */
  booked: Types.ObjectId[];
  held: Types.ObjectId[];
}

/**
 * Removes slots that nobody has; a booked one, or one that a parent holds right now, stays and is said.
 * @param slots as they were read; one that somebody changed since stays
 */
export async function removeSlots(
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  slots: ReadSlot[],
  now: Date,
): Promise<Removed> {
  const scope = { account: event.account, event: event._id };
  const { locked, taken } = await lockFree(event, slots);
  let removed = 0;
  for (const { ids, message } of groupSlots(locked))
    removed += (await Slot.deleteMany({ ...scope, _id: { $in: ids }, state: LOCKED, message })).deletedCount;

  await recordAudit({
    ...scope,
    user: actor.user,
    action: 'remove slots',
    detail: { removed, kept: slots.length - removed },
    at: now,
  });
  const staying = (why: 'booked' | 'held') =>
    slots.filter(({ _id }) => taken.get(_id.toHexString())?.why === why).map(({ _id }) => _id);
  return { removed, booked: staying('booked'), held: staying('held') };
}
