import { recordAudit } from '../audit/record-audit.js';
import { Event } from '../models/event.js';
import { searchKey } from '../models/scoped.js';
import type { Actor } from '../web/actor.js';
import type { EventSettings } from './schema.js';

/** Saves an event's settings, all of them: a booking time that was emptied is gone. */
export async function updateEvent(
  actor: Actor,
  event: Pick<Event, '_id'>,
  settings: EventSettings,
  now: Date,
): Promise<void> {
  await Event.updateOne(
    { _id: event._id, account: actor.account },
    { $set: { ...settings, sortKey: searchKey(settings.name) } },
  );
  const { days, timeZone, booking } = settings;
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: 'change event',
    detail: { days, timeZone, booking },
    at: now,
  });
}
