import { findFollowing, mostInARow } from '../claims/find-following.js';
import { takerOf } from '../claims/check-holder.js';
import { limitLengths } from '../booking/limit-lengths.js';
import { lengthsOf, type Length } from '../booking/find-lengths.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { findTimes, type Looker } from './find-times.js';

/** The lengths that a family can choose for its hold, the shortest first; [] if there is only one. */
export async function findLengths(
  looker: Omit<Looker, 'resource' | 'students'>,
  hold: Pick<Meeting, 'slot' | 'resource' | 'students'>,
  replaced: Pick<Meeting, 'slot' | 'more'> | undefined,
  now: Date,
): Promise<Length[]> {
  const { event } = looker;
  if (mostInARow(event) === 1) return [];
  const slot = await Slot.findById(hold.slot).lean();
  const following = slot ? await findFollowing(event, slot, 'household') : [];
  const resource = following.length > 0 ? await Resource.findById(hold.resource).lean() : null;
  if (!slot || !resource) return [];
  const times = await findTimes({ ...looker, resource, students: hold.students }, now, following);
  const own = replaced ? [replaced.slot, ...replaced.more] : [];
  const lengths = lengthsOf(slot, following, (next) => {
    const state = times.find((time) => time.slot._id.equals(next._id))?.state;
    // The slots of the meeting that is changed are free for the family.
    return state === 'free' || (state === 'mine' && own.some((id) => id.equals(next._id)));
  });
  const me = takerOf(looker, { resource: hold.resource, students: hold.students, slot: slot._id }, now);
  return limitLengths(event, looker.household, { lengths, slots: [slot, ...following], me, now });
}
