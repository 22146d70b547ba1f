import { Class } from '../models/class.js';
import type { Contact } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { documentsOf, type Question } from '../models/find-together.js';
import { Resource, type ByHand } from '../models/resource.js';

/** What of a student tells whether they may meet somebody without a class. */
export type MaybeMet = Pick<Contact, '_id' | 'schools' | 'grade'>;

/** Asks for what was made by hand in an event and can be booked, by name: by parents only what is shown to them. */
export function askByHand(event: Pick<Event, '_id'>, by: 'household' | 'school'): Question<Resource> {
  return documentsOf(
    Resource,
    {
      event: event._id,
      // The kind is what lets the partial index answer.
      'byHand.kind': { $exists: true },
      ...(by === 'household' ? { 'byHand.hidden': false } : {}),
      status: 'active',
    },
    { sort: { sortKey: 1 } },
  );
}

/** Whether a student of the event is one of those for whom it was made. */
export function isMeantFor({ schools, grades }: ByHand, student: MaybeMet): boolean {
  return (
    (schools.length === 0 || schools.some((id) => student.schools.some((own) => own.equals(id)))) &&
    (grades.length === 0 || grades.includes(student.grade))
  );
}

/** Whether students may all meet what was made by hand: they take part in the event, and it is meant for them. */
export async function mayAllMeet(
  event: Pick<Event, '_id'>,
  byHand: ByHand,
  students: MaybeMet[],
): Promise<boolean> {
  if (!students.every((student) => isMeantFor(byHand, student))) return false;
  const taking = await Promise.all(
    students.map(({ _id }) => Class.exists({ event: event._id, 'synced.students': _id, status: 'active' })),
  );
  return !taking.includes(null);
}
