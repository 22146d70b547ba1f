import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { findFollowing, mostInARow } from './find-following.js';
import { findTimes, type Looker } from './find-times.js';
import type { Meeting } from './queries.js';

/** How long a meeting on hold can be. */
export interface Length {
  /** So many slots in a row. */
  inARow: number;
  minutes: number;
  /** When it ends then. */
  until: Date;
}

/** The lengths that a family can choose for what it has on hold, the shortest first; [] where there is but one. */
export async function findLengths(
  looker: Omit<Looker, 'resource'>,
  hold: Pick<Meeting, 'slot' | 'resource'>,
  replaced: Pick<Meeting, 'slot' | 'more'> | undefined,
  now: Date,
): Promise<Length[]> {
  const { event } = looker;
  if (mostInARow(event) === 1) return [];
  const slot = await Slot.findById(hold.slot).lean();
  const following = slot ? await findFollowing(event, slot, 'household') : [];
  const resource = following.length > 0 ? await Resource.findById(hold.resource).lean() : null;
  if (!slot || !resource) return [];
  const times = await findTimes(Object.assign({ resource }, looker), now, following);
  const own = replaced ? [replaced.slot, ...replaced.more] : [];
  return lengthsOf(slot, following, (next) => {
    const state = times.find((time) => time.slot._id.equals(next._id))?.state;
    // What the change gives up is theirs to take.
    return state === 'free' || (state === 'mine' && own.some((id) => id.equals(next._id)));
  });
}

/**
 * The lengths of a meeting that begins with a slot.
 * @param following the slots after it that the meeting may take, by time; it ends before the first that is not free
 */
export function lengthsOf(slot: Slot, following: Slot[], isFree: (next: Slot) => boolean): Length[] {
  const taken = following.findIndex((next) => !isFree(next));
  const free = taken === -1 ? following : following.slice(0, taken);
  if (free.length === 0) return [];
  return [slot, ...free].map(({ to }, index) => ({
    inARow: index + 1,
    minutes: (to.getTime() - slot.from.getTime()) / 60_000,
    until: to,
  }));
}
