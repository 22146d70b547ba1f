import { Types } from 'mongoose';
import { isOfChild, siblingsWith } from '../booking/find-siblings.js';
import { mayHold, studentsBefore } from '../booking/hold-slot.js';
import { siblingsRule } from '../booking/policy.js';
import type { Deps } from '../deps.js';
import { Household } from '../models/household.js';
import type { Slot } from '../models/slot.js';
import type { PlacedEvent } from '../web/place.js';

/**
 * About whom the desk books a time for a child: where the school has siblings meet a teacher together, about those with it who could have
 * it alone, as the family's own page does.
 */
export async function studentsFor(
  deps: Deps,
  event: PlacedEvent,
  asked: {
    household: Types.ObjectId;
    student: Types.ObjectId;
    slot: Slot;
    user: Types.ObjectId;
    key: string;
    goer?: Types.ObjectId | undefined;
  },
): Promise<Types.ObjectId[]> {
  const { household, student, slot, user, key, goer } = asked;
  if (siblingsRule(event) !== 'together') return [student];
  const before = await studentsBefore({ household, key, slot: slot._id });
  if (before) return before;
  const family = await Household.findOne({ _id: household, account: event.account }).lean();
  if (!family) return [student];
  const others = await siblingsWith({ event, household: family }, slot.resource, student, 'school');
  if (others.length === 0) return [student];
  const mayMeet = async (id: Types.ObjectId) => {
    const wish = { event, slot: slot._id, students: [id], household, goer, user, key, by: 'school' as const };
    const answer = await mayHold(deps, wish);
    return answer.ok || !isOfChild(answer.reason);
  };
  const students: Types.ObjectId[] = [];
  for (const id of [student, ...others.map((one) => new Types.ObjectId(one.id))])
    if (await mayMeet(id)) students.push(id);
  return students.some((id) => id.equals(student)) ? students : [student];
}
