import { Types } from 'mongoose';
import { childrenWithTeachers, meetingsOf } from '../booking/queries.js';
import { siblingsRule } from '../booking/policy.js';
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

/**
 * About which of the siblings who have the same teacher one meeting is, as the event says: about one, about all who have none with the
 * teacher yet, or as the family chooses.
 * @param isTogether what the family chose, where it chooses
 */
export async function chooseStudents(
  { event, household }: Pick<Family, 'event' | 'household'>,
  resource: Types.ObjectId,
  child: { id: Types.ObjectId; name: string },
  isTogether: boolean,
): Promise<Chosen> {
  const alone = { students: [child.id], child: child.name };
  const rule = siblingsRule(event);
  if (rule === 'apart' || household.children.length < 2) return alone;
  const meetings = await meetingsOf(event, household._id);
  const children = await childrenWithTeachers(event, household.children, meetings);
  const siblings = children.filter(
    (one) =>
      !child.id.equals(one.id) &&
      !one.left &&
      one.teachers.some(({ id, meetings: own }) => resource.equals(id) && own.length === 0),
  );
  if (siblings.length === 0) return alone;
  const all = {
    students: [child.id, ...siblings.map(({ id }) => new Types.ObjectId(id))],
    child: andList([child.name, ...siblings.map(({ name }) => name)], event),
  };
  if (rule === 'together') return all;
  return isTogether ? { ...all, all } : { ...alone, all };
}
