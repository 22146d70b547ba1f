import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { matchNames, type ReportRow } from '../reports/match-names.js';

/** One appointment of the event with its names; undefined for another event's. */
export async function findAppointment(
  event: Pick<Event, '_id' | 'account' | 'timeZone'>,
  id: Types.ObjectId,
): Promise<ReportRow | undefined> {
  const found = await Appointment.findOne({ _id: id, account: event.account, event: event._id }).lean();
  const [row] = found ? await matchNames(event, [found]) : [];
  return row;
}
