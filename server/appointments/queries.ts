import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { matchNames, type ReportRow } from '../reports/match-names.js';
import { inSight, type Sight } from '../web/sight.js';

/** One appointment of the event with its names; undefined for another event's, and for one that the reader does not see. */
export async function findAppointment(
  event: Pick<Event, '_id' | 'account' | 'timeZone'> & { sight: Sight },
  id: Types.ObjectId,
): Promise<ReportRow | undefined> {
  const scope = { account: event.account, event: event._id, ...inSight(event.sight) };
  const found = await Appointment.findOne({ _id: id, ...scope }).lean();
  const [row] = found ? await matchNames(event, [found]) : [];
  return row;
}
