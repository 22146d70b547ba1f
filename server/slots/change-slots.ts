import { changesOf } from '../audit/compare-values.js';
import { recordAudit } from '../audit/record-audit.js';
import { asRead } from '../models/as-read.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot, type SlotState } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import type { PlaceForm } from './schema.js';
import { groupSlots, type ReadSlot } from './mark-slots.js';
import { changeOfMany } from './name-before.js';

/**
 * Shows slots, hides them or takes them out of booking. Existing appointments stay; only new ones are allowed or prevented.
 * @param slots as they were read; a slot that somebody has changed since stays as it is
 * @param message what parents read when the state is `unavailable`
 * @returns how many slots now have that state
 */
export async function changeSlots(
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  slots: ReadSlot[],
  change: { state: SlotState; message: string },
  now: Date,
): Promise<number> {
  const scope = { account: event.account, event: event._id };
  const message = change.state === 'unavailable' ? change.message : '';
  let changed = 0;
  const states: [SlotState, number][] = [];
  const messages: [string, number][] = [];
  for (const { ids, state, message: before } of groupSlots(slots)) {
    // What a change of several slots has locked is unavailable for a moment only, and gets its state back from it.
    const asFound = { ...scope, _id: { $in: ids }, state, message: before, locked: { $exists: false } };
    const { matchedCount } = await Slot.updateMany(asFound, { $set: { state: change.state, message } });
    changed += matchedCount;
    states.push([state, matchedCount]);
    messages.push([before, matchedCount]);
  }
  await recordAudit({
    ...scope,
    user: actor.user,
    action: 'change slots',
    detail: { slots: changed, state: change.state },
    changes: [...changeOfMany('state', states, change.state), ...changeOfMany('message', messages, message)],
    at: now,
  });
  return changed;
}

/**
 * Sets where a teacher meets families in this event.
 * @param resource as it was read; false if somebody has changed it since
 */
export async function changeRoom(
  actor: Actor,
  resource: Pick<Resource, '_id' | 'account' | 'event' | 'room' | 'link'>,
  { room, link }: PlaceForm,
  now: Date,
): Promise<boolean> {
  const asFound = {
    _id: resource._id,
    account: actor.account,
    ...asRead({ room: resource.room, link: resource.link }),
  };
  const saved = await Resource.updateOne(asFound, { $set: { room, link } });
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    account: resource.account,
    event: resource.event,
    user: actor.user,
    action: 'change room',
    targets: [resource._id],
    changes: changesOf({ room: resource.room, link: resource.link }, { room, link }),
    at: now,
  });
  return true;
}
