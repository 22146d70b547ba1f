import type { Event } from '../models/event.js';
import { Slot, type SlotState } from '../models/slot.js';

/** What of an event says how long a meeting may be. */
type Rules = Pick<Event, '_id' | 'account' | 'booking' | 'lastSlots'>;

/** A meeting lasts through a break of so many minutes, and through none that is longer. */
export const LONGEST_BREAK = 15;

/** How many slots in a row one meeting may take. */
export function mostInARow({ booking }: Pick<Event, 'booking'>): number {
  return booking.inARow ?? 1;
}

/** Staff may also book what only they are to give away. */
export function isOffered({ state }: { state: SlotState }, by: 'household' | 'school'): boolean {
  return state === 'visible' || (by === 'school' && state !== 'unavailable');
}

type Next = Pick<Slot, 'from' | 'to' | 'state' | 'kind' | 'day' | 'with'>;

/**
 * The slots that follow a slot so that one meeting can last for all of them, whoever has them: each begins where the one before ends,
 * or after the break that the generator last left between slots; they are alike, and the same people sit in them.
 * @param slots of the same resource, by time; what lies before the slot is passed over
 */
export function followingOf<S extends Next>(
  event: Pick<Event, 'lastSlots'>,
  slot: Next,
  slots: S[],
  by: 'household' | 'school',
): S[] {
  const breakMs = Math.min(event.lastSlots?.breakMinutes ?? 0, LONGEST_BREAK) * 60_000;
  const following: S[] = [];
  let last: Next = slot;
  for (const next of slots) {
    if (next.from < last.to) continue;
    const isClose = next.from.getTime() - last.to.getTime() <= breakMs;
    const isAlike =
      next.day === slot.day && next.kind === slot.kind && String(next.with ?? []) === String(slot.with ?? []);
    if (!isClose || !isAlike || !isOffered(next, by)) break;
    following.push(next);
    last = next;
  }
  return following;
}

/** As many of the slots that follow a slot as the event allows for one meeting, or as are asked for. */
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
  return followingOf(event, slot, slots, by);
}
