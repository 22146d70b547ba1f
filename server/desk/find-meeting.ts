import type { Types } from 'mongoose';
import { withNames, type Meeting } from '../meetings/name-meetings.js';
import { Appointment } from '../models/appointment.js';
import type { PlacedEvent } from '../web/place.js';
import type { Sight } from '../web/sight.js';

export type SeenEvent = PlacedEvent & { sight: Sight };

export interface DeskMeeting {
  appointment: Appointment;
  meeting: Meeting;
}

/** An appointment of the event that the reader sees, whatever its state, with its names. */
export async function findMeeting(event: SeenEvent, id: Types.ObjectId): Promise<DeskMeeting | undefined> {
  const { account, _id, sight } = event;
  const appointment = await Appointment.findOne({ _id: id, account, event: _id, ...sight }).lean();
  if (!appointment) return undefined;
  const [meeting] = await withNames([appointment], event);
  return meeting && { appointment, meeting };
}
