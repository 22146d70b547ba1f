import type { Types } from 'mongoose';
import type { Refusal } from '../models/refusal.js';
import type { Household } from '../models/household.js';
import type { PlacedEvent } from '../web/place.js';
import type { CheckedTime } from './check-times.js';
import { childrenWithTeachers, meetingsOf, type ChildView } from './queries.js';

/** Rules of a child alone: one whom they refuse can't be in a meeting with others either. */
const OF_CHILD: Refusal[] = ['not your child', 'no class', 'teacher limit', 'class limit', 'student limit'];

/** Whether a rule of the child itself is all that is in the way: in another household it may have met the teacher. */
export function isOfChild(reason: Refusal | undefined): boolean {
  return reason !== undefined && OF_CHILD.includes(reason);
}

/** The same of all times that were checked for one child. */
export function isLimited(times: Pick<CheckedTime, 'reason'>[]): boolean {
  return times.some(({ reason }) => isOfChild(reason)) && times.every(({ reason }) => reason !== undefined);
}

/** Which of a household's other children have a teacher, and no meeting with them yet. */
export async function siblingsWith(
  { event, household }: { event: PlacedEvent; household: Pick<Household, '_id' | 'children'> },
  resource: Types.ObjectId,
  child: Types.ObjectId,
  by: 'household' | 'school' = 'household',
): Promise<ChildView[]> {
  const meetings = await meetingsOf(event, household._id);
  const children = await childrenWithTeachers(event, household.children, meetings, by);
  return children.filter(
    (one) =>
      !child.equals(one.id) &&
      !one.left &&
      one.teachers.some(({ id, meetings: own }) => resource.equals(id) && own.length === 0),
  );
}
