import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Slot } from '../models/slot.js';

const BATCH = 500;

/** What is left for families to book. */
export interface Room {
  /** How many families each teacher with times can still meet. */
  offered: Map<string, number>;
  /** Teachers who sit in other teachers' times, where families meet them. */
  sitting: Set<string>;
  /** How many appointments each slot has. */
  taken: Map<string, number>;
}

/** Reads what is booked, and what is left. */
export async function readBooked(
  inEvent: Pick<Slot, 'account' | 'event'>,
  at: Date,
): Promise<{ room: Room; met: Set<string> }> {
  const taken = new Map<string, number>();
  const met = new Set<string>();
  const living = Appointment.find(
    { event: inEvent.event, account: inEvent.account, state: { $in: LIVING_STATES } },
    { slot: 1, more: 1, resource: 1, students: 1 },
  );
  for await (const { slot, more = [], resource, students } of living.lean().cursor()) {
    for (const one of [slot, ...more]) taken.set(String(one), (taken.get(String(one)) ?? 0) + 1);
    for (const student of students) met.add(`${String(student)} ${String(resource)}`);
  }
  const offered = new Map<string, number>();
  const sitting = new Set<string>();
  const slots = Slot.find(
    { ...inEvent, from: { $gt: at }, state: 'visible' },
    { resource: 1, with: 1, capacity: 1 },
  );
  for await (const { _id, resource, with: others = [], capacity } of slots.lean().cursor()) {
    for (const one of others) sitting.add(String(one));
    const left = capacity - (taken.get(String(_id)) ?? 0);
    offered.set(String(resource), (offered.get(String(resource)) ?? 0) + Math.max(0, left));
  }
  return { room: { offered, sitting, taken }, met };
}

/** Copies the coming slots that are not full. */
export async function copySlots(
  inEvent: Pick<Slot, 'account' | 'event'>,
  { at, room, holders }: { at: Date; room: Room; holders: Set<string> },
  write: (slots: object[]) => Promise<void>,
): Promise<void> {
  let part: object[] = [];
  for await (const slot of Slot.find({ ...inEvent, from: { $gt: at } })
    .lean()
    .cursor()) {
    const { _id, resource, from, to, day, kind } = slot;
    const capacity = slot.capacity - (room.taken.get(String(_id)) ?? 0);
    if (capacity < 1 || !holders.has(String(resource))) continue;
    const others = (slot.with ?? []).filter((id) => holders.has(String(id)));
    part.push({
      ...{ _id, ...inEvent, resource, from, to, day, kind, capacity },
      state: slot.locked?.was ?? slot.state,
      ...(others.length > 0 ? { with: others } : {}),
    });
    if (part.length < BATCH) continue;
    await write(part);
    part = [];
  }
  await write(part);
}
