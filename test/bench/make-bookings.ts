import { Types } from 'mongoose';
import type { Event } from '../../server/models/event.js';

/** Of what was booked. */
const CANCELED = 0.05;
const PROBLEMS = 0.01;
const DAY_MS = 24 * 3600_000;

/** What appointments are made of. */
export interface Made {
  classes: { _id: Types.ObjectId; synced: { teachers: Types.ObjectId[]; students: Types.ObjectId[] } }[];
  families: { _id: Types.ObjectId }[][];
  households: { _id: Types.ObjectId; adults: Types.ObjectId[] }[];
  slots: { _id: Types.ObjectId; resource: Types.ObjectId; from: Date; to: Date }[];
  teachers: { _id: Types.ObjectId }[];
  resources: { _id: Types.ObjectId; contact: Types.ObjectId }[];
}

/** Each of the first slots of every teacher is booked for another student of theirs. */
export function bookings(event: Event, count: number, made: Made, bookedFrom: Date) {
  const familyOf = new Map(
    made.families.flatMap((children, family) =>
      children.map(({ _id }) => [_id.toHexString(), family] as const),
    ),
  );
  const classesOf = new Map<string, Made['classes']>();
  for (const one of made.classes) {
    const key = one.synced.teachers[0]?.toHexString() ?? '';
    classesOf.set(key, [...(classesOf.get(key) ?? []), one]);
  }
  const slotsOfOne = new Map<string, Made['slots']>();
  for (const slot of made.slots) {
    const key = slot.resource.toHexString();
    const list = slotsOfOne.get(key);
    if (list) list.push(slot);
    else slotsOfOne.set(key, [slot]);
  }
  return made.resources.flatMap(({ _id, contact }, index) =>
    Array.from({ length: shareOf(count, made.resources.length, index) }, (_, nth) => {
      const own = classesOf.get(contact.toHexString()) ?? [];
      const held = own[nth % Math.max(1, own.length)];
      const student = held?.synced.students[nth % Math.max(1, held.synced.students.length)];
      const slot = slotsOfOne.get(_id.toHexString())?.[nth];
      const household = made.households[familyOf.get(student?.toHexString() ?? '') ?? 0];
      if (!held || !student || !slot || !household) return [];
      const chance = ((index * 31 + nth * 17) % 1000) / 1000;
      const bookedAt = new Date(bookedFrom.getTime() + chance * 20 * DAY_MS);
      const fate = ((index * 13 + nth * 37) % 1000) / 1000;
      const state = fate < PROBLEMS ? 'problem' : fate < PROBLEMS + CANCELED ? 'cancelled' : 'booked';
      return [
        {
          ...{
            _id: new Types.ObjectId(),
            account: event.account,
            event: event._id,
            slot: slot._id,
            resource: _id,
          },
          ...{
            household: household._id,
            bookedBy: household.adults[0] ?? household._id,
            students: [student],
            class: held._id,
          },
          ...{
            state,
            from: slot.from,
            to: slot.to,
            byKey: new Types.ObjectId().toHexString(),
            note: '',
            kind: 'in person',
          },
          ...{ createdAt: bookedAt, bookedAt },
          ...(state === 'problem' ? { problem: { code: 'not together' } } : {}),
          ...(state === 'cancelled'
            ? { cancelledAt: new Date(bookedAt.getTime() + DAY_MS), cancelledBy: 'household' }
            : {}),
        },
      ];
    }).flat(),
  );
}

export function mailOf(event: Event, appointment: Types.ObjectId, at: Date, household: Types.ObjectId) {
  const id = appointment.toHexString();
  return {
    ...{ _id: new Types.ObjectId(), account: event.account, event: event._id, kind: 'appointment booked' },
    ...{
      to: `${household.toHexString()}@example.org`,
      subject: 'Your meeting is booked',
      text: 'Hello.',
      state: 'sent',
    },
    ...{ attempts: 1, nextAt: at, key: `booked ${id}`, secret: false, createdAt: at, sentAt: at },
  };
}

/** How many of a total the one at this place has, as even as can be. */
export function shareOf(total: number, among: number, index: number): number {
  return Math.floor(total / among) + (index < total % among ? 1 : 0);
}
