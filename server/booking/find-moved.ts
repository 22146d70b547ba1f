import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';

/** What became of a meeting that was moved: the last one of its chain of changes that was booked. */
export interface Moved {
  _id: Types.ObjectId;
  from: Date;
  to: Date;
  /** It takes place; else it was canceled since. */
  isLiving: boolean;
}

/** Where a meeting of the household was moved to; undefined for one that was not moved. */
export async function findMoved(
  { account, _id: event }: Pick<Event, '_id' | 'account'>,
  household: Types.ObjectId,
  id: Types.ObjectId,
): Promise<Moved | undefined> {
  const scope = { account, event, household };
  const old = await Appointment.findOne(
    { _id: id, ...scope, state: 'cancelled', cancelledBy: 'change' },
    { entry: 1 },
  ).lean();
  if (!old) return undefined;
  const last = await Appointment.findOne({
    ...scope,
    state: { $in: [...LIVING_STATES, 'cancelled'] },
    'entry.first': old.entry?.first ?? old._id,
    bookedAt: { $exists: true },
    cancelledBy: { $ne: 'change' },
  })
    .sort({ 'entry.changes': -1 })
    .lean();
  if (!last || last._id.equals(id)) return undefined;
  return { _id: last._id, from: last.from, to: last.to, isLiving: LIVING_STATES.includes(last.state) };
}
