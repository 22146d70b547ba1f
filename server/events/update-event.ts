import { changesOf } from '../audit/compare-values.js';
import { recordAudit } from '../audit/record-audit.js';
import { asRead } from '../models/as-read.js';
import { Event } from '../models/event.js';
import { searchKey } from '../models/search-key.js';
import { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { formOf, type EventSettings } from './schema.js';

/**
 * Saves all of an event's settings; a booking time that was emptied is removed.
 * @param event as it was read; false if somebody has changed its settings since
 */
export async function updateEvent(
  actor: Actor,
  event: Event,
  settings: EventSettings,
  now: Date,
): Promise<boolean> {
  const saved = await Event.updateOne(
    { _id: event._id, account: actor.account, ...settingsAsRead(event) },
    {
      $set: {
        ...settings,
        booking: { ...settings.booking, ...earlySince(settings, event, now) },
        sortKey: searchKey(settings.name),
      },
    },
  );
  if (saved.matchedCount === 0) return false;
  await keepDaysWithSlots(event, settings.days);
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: 'change event',
    changes: changesOf(formOf(event), formOf(settings)),
    at: now,
  });
  return true;
}

/**
 * Since when families can know that booking opens earlier for some of them: since it was first set.
 * @param before the event as it was, if there was one
 */
export function earlySince(
  { booking: { earlyMinutes = 0 } }: Pick<EventSettings, 'booking'>,
  before: Pick<Event, 'booking'> | undefined,
  now: Date,
): { earlySince?: Date } {
  if (earlyMinutes <= 0) return {};
  if (!before?.booking.earlyMinutes) return { earlySince: now };
  const { earlySince: since } = before.booking;
  return since ? { earlySince: since } : {};
}

/** Slots may come to a day, by a move or its undo, while it is being dropped: every slot is on a day that some page shows. */
async function keepDaysWithSlots({ _id, account, days }: Event, kept: string[]): Promise<void> {
  const dropped = days.filter((day) => !kept.includes(day));
  if (dropped.length === 0) return;
  for (const day of await Slot.distinct('day', { account, event: _id, day: { $in: dropped } }))
    await Event.updateOne(
      { _id, account, days: { $ne: day } },
      { $push: { days: { $each: [day], $sort: 1 } } },
    );
}

function settingsAsRead({
  name,
  place,
  description,
  timeZone,
  days,
  booking,
  draw,
}: Event): Record<string, unknown> {
  const { opensAt, closesAt } = booking;
  const window = { 'booking.opensAt': opensAt, 'booking.closesAt': closesAt };
  const limits = Object.entries(booking).map(([key, value]) => [`booking.${key}`, value] as const);
  // With the preference round, which a time of opening was checked against.
  return asRead({ name, place, description, timeZone, days, draw, ...window, ...Object.fromEntries(limits) });
}
