import type { Types } from 'mongoose';
import type { Meeting } from '../meetings/name-meetings.js';
import { childrenWithTeachers, meetingsOf } from '../booking/queries.js';
import { bookingState } from '../web/booking-state.js';
import type { Family } from './load-conference.js';
import { findReasons } from './find-reasons.js';

/** A teacher whom a family can book next. */
export interface Next {
  teacher: string;
  child: string;
  href: string;
}

/**
 * The next of the children's teachers who can be booked and has no meeting with them: first those after the given meeting's teacher, then
 * those before; undefined if there is none.
 */
export async function findNext(
  family: Family,
  after: Pick<Meeting, 'resource' | 'students'>,
  now: Date,
): Promise<Next | undefined> {
  const { event, household, home } = family;
  if (bookingState(event, now) !== 'open') return undefined;
  const meetings = await meetingsOf(event, household._id);
  const children = await childrenWithTeachers(event, household.children, meetings);
  const rows = children.flatMap((child) =>
    child.left ? [] : child.teachers.map((teacher) => ({ child, teacher })),
  );
  const [student] = after.students as [Types.ObjectId?];
  const last = rows.findIndex(
    ({ child, teacher }) => after.resource.equals(teacher.id) && student?.equals(child.id),
  );
  const found = await findReasons(
    family,
    children,
    now,
    ({ meetings: own, byHand }) => own.length === 0 && !byHand,
  );
  const placeOf = (one: (typeof found)[number]) => {
    const at = rows.findIndex(({ child, teacher }) => child === one.child && teacher === one.teacher);
    return at > last ? at - rows.length : at;
  };
  const [next] = found.filter(({ why }) => !why).sort((a, b) => placeOf(a) - placeOf(b));
  if (!next) return undefined;
  return {
    teacher: next.teacher.name,
    child: next.child.name,
    href: `${home}/times/${next.teacher.id}?student=${next.child.id}`,
  };
}
