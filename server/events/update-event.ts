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
 * @param event as it was read; false if somebody has changed its settings or archived it since, or made slots while its time zone changes
 */
export async function updateEvent(
  actor: Actor,
  event: Event,
  settings: EventSettings,
  now: Date,
): Promise<boolean> {
  const saved = await Event.updateOne(
    { _id: event._id, account: actor.account, status: 'active', ...settingsAsRead(event) },
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
  if (settings.timeZone !== event.timeZone && (await keepZoneOfSlots(event, settings.timeZone))) return false;
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
  await enterDays(
    { _id, account },
    await Slot.distinct('day', { account, event: _id, day: { $in: dropped } }),
  );
}

async function enterDays({ _id, account }: Pick<Event, '_id' | 'account'>, days: string[]): Promise<void> {
  for (const day of days)
    await Event.updateOne(
      { _id, account, days: { $ne: day } },
      { $push: { days: { $each: [day], $sort: 1 } } },
    );
}

/**
 * Slots may be made in the old time zone while it changes: their days are days of that zone. `addSlots` looks likewise after it made some.
 * @returns whether there are slots, and the settings are as they were again
 */
async function keepZoneOfSlots(event: Event, zone: string): Promise<boolean> {
  const { _id, account, name, place, description, timeZone, days, booking, sortKey } = event;
  if (!(await Slot.exists({ account, event: _id }))) return false;
  await Event.updateOne(
    { _id, account, timeZone: zone },
    { $set: { name, place, description, timeZone, booking, sortKey } },
  );
  await enterDays(event, days);
  return true;
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
