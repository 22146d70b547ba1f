import type { Deps } from '../deps.js';
import type { Refusal } from '../models/refusal.js';
import { Class } from '../models/class.js';
import { Contact } from '../models/contact.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import type { WaitlistEntry } from '../models/waitlist-entry.js';
import { endEntry } from './end-entry.js';
import type { Line } from './open-line.js';

/**
 * Takes off the list whose child has left the school or the teacher's class: no time would ever be theirs, and they would stay first in line.
 * What may come back keeps its place: a class or a teacher that the school hides for now, and an adult who is joining a household.
 * @param never why the rules refuse them, by their ids
 */
export async function endHopeless(
  deps: Deps,
  line: Line,
  waiting: WaitlistEntry[],
  never: Map<string, Refusal>,
): Promise<void> {
  for (const entry of waiting) {
    const why = never.get(String(entry._id));
    if (why && !(await mayComeBack(line, entry, why))) await endEntry(deps, entry, 'gone');
  }
}

async function mayComeBack({ event }: Line, entry: WaitlistEntry, why: Refusal): Promise<boolean> {
  const { household, user, students, resource: _id } = entry;
  if (why === 'not your child') {
    const home = await Household.exists({ _id: household, adults: user });
    const there = { _id: { $in: students }, account: event.account, status: 'active' as const };
    return !home && (await Contact.countDocuments(there)) === students.length;
  }
  const resource = await Resource.findOne({ _id, event: event._id }).lean();
  if (resource?.byHand) return resource.byHand.hidden;
  const teacher = resource?.contact;
  if (!teacher) return false;
  const held = await Class.find({
    event: event._id,
    status: 'active',
    'synced.students': { $in: students },
  }).lean();
  const theirs = held.filter(({ synced }) => synced.teachers[0]?.equals(teacher));
  return students.every((id) => theirs.some(({ synced }) => synced.students.some((one) => one.equals(id))));
}
