import type { Types } from 'mongoose';
import type { Refusal } from '../models/refusal.js';
import type { Household } from '../models/household.js';
import type { PlacedEvent } from '../web/place.js';
import type { CheckedTime } from './check-times.js';
import { childrenWithTeachers, meetingsOf, type ChildView } from './queries.js';

/** Refusals that concern one child alone: a child whom they refuse can't share a meeting either. */
const OF_CHILD: Refusal[] = ['not your child', 'no class', 'teacher limit', 'class limit', 'student limit'];

/** Whether only a rule about the child is in the way; the child may have met the teacher with another household. */
export function isOfChild(reason: Refusal | undefined): boolean {
  return reason !== undefined && OF_CHILD.includes(reason);
}

/** The same for all of a child's times. */
export function isLimited(times: Pick<CheckedTime, 'reason'>[]): boolean {
  return times.some(({ reason }) => isOfChild(reason)) && times.every(({ reason }) => reason !== undefined);
}

/** The household's other children who have this teacher and no meeting with them yet. */
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
