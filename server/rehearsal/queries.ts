import type { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { Rehearsal } from '../models/rehearsal.js';

/** The most rehearsals on an event's page. */
const MOST_LISTED = 20;

type EventScope = Pick<Event, '_id' | 'account'>;

/** One rehearsal of an event. */
export async function findRehearsal(
  { _id, account }: EventScope,
  id: Types.ObjectId,
): Promise<Rehearsal | null> {
  return Rehearsal.findOne({ _id: id, account, event: _id }).lean();
}

/** The event's rehearsals, the last one first. */
export async function listRehearsals({ _id, account }: EventScope): Promise<Rehearsal[]> {
  return Rehearsal.find({ account, event: _id }, { 'outcome.teachers': 0 })
    .sort({ createdAt: -1 })
    .limit(MOST_LISTED)
    .lean();
}
