import { Types } from 'mongoose';
import { earlyOpening } from '../booking/open-early.js';
import { Appointment } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { RosterRun } from '../models/roster-run.js';
import { SyncRun } from '../models/sync-run.js';
import { bookingState } from '../web/booking-state.js';
import { dayOf } from '../web/local-time.js';
import { RECENT_MS } from './policy.js';

/** Work that a rehearsal must not disturb, in any account, because all share the machine. */
export type Busy = 'booking' | 'sync' | 'opens soon';

const DAY_MS = 24 * 3600_000;
const UNDER_WAY = { state: { $in: ['queued' as const, 'running' as const] } };

/**
 * Finds real work that a rehearsal would disturb; undefined if there is none.
 * @param aheadMs how long the rehearsal needs the machine
 */
export async function findBusy(now: Date, aheadMs: number): Promise<Busy | undefined> {
  const since = new Date(now.getTime() - RECENT_MS);
  const until = new Date(now.getTime() + aheadMs);
  const [booked, sync, refresh, openings] = await Promise.all([
    isBooked(since),
    SyncRun.exists(UNDER_WAY),
    RosterRun.exists(UNDER_WAY),
    findOpenings(since, now),
  ]);
  if (booked || openings.some((at) => at > since && at <= now)) return 'booking';
  if (sync ?? refresh) return 'sync';
  return openings.some((at) => at > now && at <= until) ? 'opens soon' : undefined;
}

/** The times since then at which events open, for all or earlier for families with several children. */
async function findOpenings(since: Date, now: Date): Promise<Date[]> {
  const events = await Event.find(
    {
      // In every time zone. The days have an index, the opening has none.
      days: { $gte: dayOf(new Date(now.getTime() - DAY_MS), 'UTC') },
      ...{ status: 'active', 'booking.opensAt': { $gt: since } },
    },
    { status: 1, booking: 1, days: 1, timeZone: 1 },
  ).lean();
  return events
    .filter((event) => ['before', 'open'].includes(bookingState(event, now)))
    .flatMap((event) => [event.booking.opensAt, earlyOpening(event)?.at])
    .filter((at) => at !== undefined);
}

/** Whether anybody has booked: a family, the front desk, or a draw. */
async function isBooked(since: Date): Promise<boolean> {
  const first = Types.ObjectId.createFromTime(Math.floor(since.getTime() / 1000));
  return (await Appointment.exists({ _id: { $gte: first } })) !== null;
}
