import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { LOCKED, lockFree } from './lock-slots.js';
import type { ReadSlot } from './mark-slots.js';

export type SlotFilter =
  { _id: { $in: Types.ObjectId[] } } | { resource: { $in: Types.ObjectId[] }; day?: string };

export interface Removed {
  removed: number;
  /** Slots that stay, because they are booked or on hold. */
  booked: Types.ObjectId[];
  held: Types.ObjectId[];
}

/**
 * Removes slots that nobody has. A slot that is booked, or that a parent holds right now, stays and is reported.
 * @param slots as they were read; a slot that somebody has changed since stays
 */
export async function removeSlots(
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  slots: ReadSlot[],
  now: Date,
): Promise<Removed> {
  const scope = { account: event.account, event: event._id };
  const { locked, taken, by } = await lockFree(event, slots, now);
  const asLocked = { _id: { $in: locked.map(({ _id }) => _id) }, state: LOCKED, 'locked.by': by };
  const { deletedCount: removed } = await Slot.deleteMany({ ...scope, ...asLocked });

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
