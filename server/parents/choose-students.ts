import { Types } from 'mongoose';
import { checkTimes } from '../booking/check-times.js';
import { isLimited, siblingsWith } from '../booking/find-siblings.js';
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
  const looker = { event, household, user: actor.user, goer: actor.user };
  const [own, ...checked] = await checkTimes({ ...looker, wanted }, now);
  const siblings = others.filter((_, n) => !isLimited(checked[n]?.times ?? []));
  if (siblings.length === 0 || isLimited(own?.times ?? [])) return alone;
  const all = {
    students: [child.id, ...siblings.map(({ id }) => new Types.ObjectId(id))],
    child: andList([child.name, ...siblings.map(({ name }) => name)], event),
  };
  if (rule === 'together') return all;
  return isTogether ? { ...all, all } : { ...alone, all };
}
