import type { Appointment } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Slot } from '../models/slot.js';

/** The slots of an appointment, by time. */
export function findSlots(appointment: Pick<Appointment, 'slot' | 'more'>): Promise<Slot[]> {
  return Slot.find({ _id: { $in: slotsOf(appointment) } })
    .sort({ from: 1 })
    .lean();
}
