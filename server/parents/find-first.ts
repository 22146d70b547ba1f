import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { documentsOf, findTogether, type Question } from '../models/find-together.js';
import type { Family } from './load-conference.js';

/** Whether a family has nothing booked in the event yet: only then it is led step by step, as for each further teacher it would begin again. */
export async function isFirstBooking({
  household,
  event,
}: Pick<Family, 'household' | 'event'>): Promise<boolean> {
  const { booked } = await findTogether({ booked: askFirst(event, household._id) });
  return booked.length === 0;
}

/** The question for one of a family's meetings in the event. */
export function askFirst({ _id }: Pick<Event, '_id'>, household: Types.ObjectId): Question<Appointment> {
  const booked = { household, event: _id, state: { $in: LIVING_STATES } };
  return documentsOf<Appointment>(Appointment, booked, { limit: 1, fields: { _id: 1 } });
}
