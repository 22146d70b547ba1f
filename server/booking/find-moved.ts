import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';

/** The last booked appointment in a meeting's chain of changes. */
export interface Moved {
  _id: Types.ObjectId;
  from: Date;
  to: Date;
  /** Whether it takes place; otherwise it was canceled. */
  isLiving: boolean;
}

/** Where a household's meeting was moved to; undefined if it was not moved. */
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
