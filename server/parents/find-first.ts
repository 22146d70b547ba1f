import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Family } from './load-conference.js';

/** Whether a family has nothing booked in the event yet: only then it is led step by step, as for each further teacher it would begin again. */
export async function isFirstBooking({
  household,
  event,
}: Pick<Family, 'household' | 'event'>): Promise<boolean> {
  const booked = { household: household._id, event: event._id, state: { $in: LIVING_STATES } };
  return (await Appointment.exists(booked)) === null;
}
