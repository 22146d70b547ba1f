import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots, slotsOf } from '../models/appointment-slots.js';
import { Slot } from '../models/slot.js';

/** More times than one teacher has in an event. */
const MOST_SLOTS = 500;

/** A teacher's times with a seat that nobody has, by time. Rules are not looked at. */
export async function findFree(resource: Types.ObjectId, now: Date): Promise<Slot[]> {
  const slots = await Slot.find({ resource, state: 'visible', from: { $gt: now } })
    .sort({ from: 1 })
    .limit(MOST_SLOTS)
    .lean();
  if (slots.length === 0) return [];
  const taking = await Appointment.find(
    { ...inSlots(slots.map(({ _id }) => _id)), state: { $in: ['pending', ...LIVING_STATES] } },
    { slot: 1, more: 1, expiresAt: 1 },
  ).lean();
  const seats = new Map<string, number>();
  const standing = taking.filter(({ expiresAt }) => !expiresAt || expiresAt > now);
  for (const id of standing.flatMap(slotsOf)) seats.set(String(id), (seats.get(String(id)) ?? 0) + 1);
  return slots.filter(({ _id, capacity }) => (seats.get(String(_id)) ?? 0) < capacity);
}
