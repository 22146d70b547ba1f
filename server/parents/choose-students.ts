import { Types } from 'mongoose';
import { checkTimes, type CheckedTime } from '../booking/check-times.js';
import { childrenWithTeachers, meetingsOf, type ChildView } from '../booking/queries.js';
import { siblingsRule } from '../booking/policy.js';
import type { Refusal } from '../models/appointment.js';
import type { Household } from '../models/household.js';
import { andList } from '../web/format-count.js';
import type { Family } from './load-conference.js';

/** About whom a meeting with a teacher is. */
export interface Chosen {
  students: Types.ObjectId[];
  /** What they are called. */
  child: string;
  /** All the children who could be in one meeting, where the family chooses. */
  all?: { students: Types.ObjectId[]; child: string };
}

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
  { event, household }: Pick<Family, 'event'> & { household: Pick<Household, '_id' | 'children'> },
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

/**
 * About which of the siblings who have the same teacher one meeting is, as the event says: about one, about all who have none with the
 * teacher yet and could have one alone, or as the family chooses.
 * @param isTogether what the family chose, where it chooses
 */
export async function chooseStudents(
  { event, household, actor }: Pick<Family, 'event' | 'household' | 'actor'>,
  resource: Types.ObjectId,
  child: { id: Types.ObjectId; name: string },
  isTogether: boolean,
  now: Date,
): Promise<Chosen> {
  const alone = { students: [child.id], child: child.name };
  const rule = siblingsRule(event);
  if (rule === 'apart' || household.children.length < 2) return alone;
  const others = await siblingsWith({ event, household }, resource, child.id);
  if (others.length === 0) return alone;
  const ids = [child.id, ...others.map(({ id }) => new Types.ObjectId(id))];
  const wanted = ids.map((id) => ({ students: [id], resource }));
  const asked = { event, household: household._id, user: actor.user, goer: actor.user, wanted };
  const [own, ...checked] = await checkTimes(asked, now);
  const siblings = others.filter((_, n) => !isLimited(checked[n]?.times ?? []));
  if (siblings.length === 0 || isLimited(own?.times ?? [])) return alone;
  const all = {
    students: [child.id, ...siblings.map(({ id }) => new Types.ObjectId(id))],
    child: andList([child.name, ...siblings.map(({ name }) => name)], event),
  };
  if (rule === 'together') return all;
  return isTogether ? { ...all, all } : { ...alone, all };
}
