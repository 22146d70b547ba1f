import { Types } from 'mongoose';
import { checkTimes } from '../booking/check-times.js';
import { isLimited, siblingsWith } from '../booking/find-siblings.js';
import { siblingsRule } from '../booking/policy.js';
import { andList } from '../web/format-count.js';
import type { Family } from './load-conference.js';

/** The students of a meeting. */
export interface Chosen {
  students: Types.ObjectId[];
  /** Their first names, as a list in words. */
  child: string;
  /** All children who could share the meeting, where the family chooses. */
  all?: { students: Types.ObjectId[]; child: string };
}

/**
 * Decides which of the siblings who have the same teacher a meeting is about, by the event's rule: one; all who have no meeting with the
 * teacher and could have one alone; or the family's choice.
 * @param isTogether the family's choice, where it has one
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
