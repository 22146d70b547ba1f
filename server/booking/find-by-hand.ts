import type { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { ask, type Question } from '../models/find-together.js';
import { Resource, type ByHand } from '../models/resource.js';

/** The facts of a student that decide whether they may meet somebody without a class. */
export type MaybeMet = Pick<Contact, '_id' | 'schools' | 'grade'>;

/** What was made by hand in an event and can be booked, by name. Parents find only what is shown to them. */
export function madeByHand(event: Pick<Event, '_id'>, by: 'household' | 'school'): Question<Resource> {
  return ask<Resource>(
    Resource,
    {
      event: event._id,
      // Makes the partial index usable.
      'byHand.kind': { $exists: true },
      ...(by === 'household' ? { 'byHand.hidden': false } : {}),
      status: 'active',
    },
    { $sort: { sortKey: 1 } },
  );
}

/** Whether something made by hand is meant for this student. */
export function isMeantFor({ schools, grades }: ByHand, student: MaybeMet): boolean {
  return (
    (schools.length === 0 || schools.some((id) => student.schools.some((own) => own.equals(id)))) &&
    (grades.length === 0 || grades.includes(student.grade))
  );
}
