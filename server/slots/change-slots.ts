import { recordAudit } from '../audit/record-audit.js';
import { asRead } from '../models/as-read.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot, type SlotState } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import type { SlotFilter } from './remove-slots.js';

/**
 * Shows, hides or takes slots out of booking. Appointments that they have stay: only new ones are let in or kept out.
 * @param message what parents read when the state is `unavailable`
 * @returns how many slots now are in that state
 */
export async function changeSlots(
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  filter: SlotFilter,
  change: { state: SlotState; message: string },
  now: Date,
): Promise<number> {
  const scope = { account: event.account, event: event._id };
  const message = change.state === 'unavailable' ? change.message : '';
  const result = await Slot.updateMany({ ...scope, ...filter }, { $set: { state: change.state, message } });
  await recordAudit({
    ...scope,
    user: actor.user,
    action: 'change slots',
    detail: { slots: result.matchedCount, state: change.state },
    at: now,
  });
  return result.matchedCount;
}

/** Sets where a teacher sits in this event. @param resource as it was read; false when somebody has set another room since */
export async function changeRoom(
  actor: Actor,
  resource: Pick<Resource, '_id' | 'account' | 'event' | 'room'>,
  room: string,
  now: Date,
): Promise<boolean> {
  const asFound = { _id: resource._id, account: actor.account, ...asRead({ room: resource.room }) };
  const saved = await Resource.updateOne(asFound, { $set: { room } });
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    account: resource.account,
    event: resource.event,
    user: actor.user,
    action: 'change room',
    targets: [resource._id],
    at: now,
  });
  return true;
}
