import type { Event } from '../models/event.js';
import { sitAlike, Slot, type SlotState } from '../models/slot.js';

/** The settings of an event that limit a meeting's length. */
type Rules = Pick<Event, '_id' | 'account' | 'booking'>;

/** The longest break, in minutes, that a meeting lasts through. */
export const LONGEST_BREAK = 15;

/** How many slots in a row one meeting may take. */
export function mostInARow({ booking }: Pick<Event, 'booking'>): number {
  return booking.inARow ?? 1;
}

/** Staff may also book slots that only they can give away. */
export function isOffered({ state }: { state: SlotState }, by: 'household' | 'school'): boolean {
  return state === 'visible' || (by === 'school' && state !== 'unavailable');
}

type Next = Pick<Slot, 'from' | 'to' | 'state' | 'kind' | 'day' | 'with' | 'breakMinutes'>;

/**
 * The slots that one meeting can last through after a slot, whoever has them: each begins when the one before ends, or after the break
 * that the generator laid after that one, is of the same kind and day, and has the same people in it.
 * @param slots of the same resource, by time; those before the slot are skipped
 */
export function followingOf<S extends Next>(slot: Next, slots: S[], by: 'household' | 'school'): S[] {
  const following: S[] = [];
  let last: Next = slot;
  for (const next of slots) {
    if (next.from < last.to) continue;
    const breakMs = Math.min(last.breakMinutes ?? 0, LONGEST_BREAK) * 60_000;
    const isClose = next.from.getTime() - last.to.getTime() <= breakMs;
    const isAlike = next.day === slot.day && next.kind === slot.kind && sitAlike(next, slot);
    if (!isClose || !isAlike || !isOffered(next, by)) break;
    following.push(next);
    last = next;
  }
  return following;
}

/** The slots that follow a slot, as many as the event allows for one meeting or as are asked for. */
export async function findFollowing(
  event: Rules,
  slot: Slot,
  by: 'household' | 'school',
  most = mostInARow(event) - 1,
): Promise<Slot[]> {
  if (most < 1) return [];
  const slots = await Slot.find({ resource: slot.resource, from: { $gte: slot.to }, day: slot.day })
    .sort({ from: 1 })
    .limit(most)
    .lean();
  return followingOf(slot, slots, by);
}
