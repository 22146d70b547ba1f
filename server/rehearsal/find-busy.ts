import { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { RosterRun } from '../models/roster-run.js';
import { SyncRun } from '../models/sync-run.js';
import { bookingState } from '../web/booking-state.js';
import { RECENT_MS } from './policy.js';

/** What of the account's real work goes before a rehearsal: families who book, a roster that is synced, an opening that is near. */
export type Busy = 'booking' | 'sync' | 'opens soon';

const UNDER_WAY = { state: { $in: ['queued' as const, 'running' as const] } };

/** @param aheadMs how long the machine is to be free */
export async function findBusy(
  account: Types.ObjectId,
  now: Date,
  aheadMs: number,
): Promise<Busy | undefined> {
  const [sync, refresh, events] = await Promise.all([
    SyncRun.exists({ account, ...UNDER_WAY }),
    RosterRun.exists({ account, ...UNDER_WAY }),
    Event.find({ account, status: 'active' }, { status: 1, booking: 1, days: 1, timeZone: 1 }).lean(),
  ]);
  const since = new Date(now.getTime() - RECENT_MS);
  const open = events.filter((event) => bookingState(event, now) === 'open');
  if (open.some(({ booking: { opensAt } }) => opensAt && opensAt > since) || (await areBooked(open, since)))
    return 'booking';
  if (sync ?? refresh) return 'sync';
  const until = new Date(now.getTime() + aheadMs);
  const isNear = ({ booking: { opensAt } }: Pick<Event, 'booking'>) =>
    opensAt !== undefined && opensAt > now && opensAt <= until;
  return events.some(isNear) ? 'opens soon' : undefined;
}

async function areBooked(events: Pick<Event, '_id'>[], since: Date): Promise<boolean> {
  if (events.length === 0) return false;
  const first = Types.ObjectId.createFromTime(Math.floor(since.getTime() / 1000));
  const found = await Appointment.exists({
    _id: { $gte: first },
    event: { $in: events.map(({ _id }) => _id) },
    // What was made in the last minutes is few, whatever else the events have.
  }).hint({ _id: 1 });
  return found !== null;
}
