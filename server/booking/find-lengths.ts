import type { Slot } from '../models/slot.js';

/** How long a meeting on hold can be. */
export interface Length {
  /** How many slots in a row. */
  inARow: number;
  minutes: number;
  /** When the meeting ends. */
  until: Date;
}

/**
 * The lengths of a meeting that begins with a slot.
 * @param following the slots after it, by time; the meeting ends before the first one that is not free
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
