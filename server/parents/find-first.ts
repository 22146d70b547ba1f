import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { documentsOf, findTogether, type Question } from '../models/find-together.js';
import type { Family } from './load-conference.js';

/** Whether a family has booked nothing in the event. Only then do pages lead it step by step. */
export async function isFirstBooking({
  household,
  event,
}: Pick<Family, 'household' | 'event'>): Promise<boolean> {
  const { booked } = await findTogether({ booked: askFirst(event, household._id) });
  return booked.length === 0;
}

/** The question that finds one of a family's meetings in the event. */
export function askFirst({ _id }: Pick<Event, '_id'>, household: Types.ObjectId): Question<Appointment> {
  const booked = { household, event: _id, state: { $in: LIVING_STATES } };
  return documentsOf<Appointment>(Appointment, booked, { limit: 1, fields: { _id: 1 } });
}
