import { Types } from 'mongoose';
import { mayHold } from '../booking/hold-slot.js';
import type { HoldRequest } from '../booking/build-hold.js';
import type { Deps } from '../deps.js';
import type { Refusal } from '../models/refusal.js';
import type { Slot } from '../models/slot.js';
import { timeOf, type Offer, type WaitlistEntry } from '../models/waitlist-entry.js';
import { isFitting, offerUntil } from './policy.js';
import type { Line } from './open-line.js';

/** Whoever asks what a family may have: somebody in line, or about to join it. */
export type Waiting = Pick<
  WaitlistEntry,
  '_id' | 'household' | 'user' | 'students' | 'goer' | 'days' | 'asked' | 'breaks' | 'passed'
>;

export interface Fit<W extends Waiting> {
  slot: Slot;
  entry: W;
  until: Date;
}

/** Of the time, whoever asks. */
const OF_SLOT: Refusal[] = ['taken', 'teacher busy', 'not offered', 'too late', 'not here', 'day limit'];

/** Of the time and whoever asks. */
const OF_PAIR: Refusal[] = ['household busy', 'interpreter busy'];

/** Of the child and the teacher: no time will be another. */
const OF_WISH: Refusal[] = ['no class', 'not your child'];

/** What was refused in this look at the line: it is not asked again. */
export interface Refused {
  slots: Set<string>;
  entries: Set<string>;
  pairs: Set<string>;
  /** Those who may not meet the teacher at all, whatever the time. */
  never: Map<string, Refusal>;
}

export const nothingRefused = (): Refused => ({
  slots: new Set(),
  entries: new Set(),
  pairs: new Set(),
  never: new Map(),
});

/** A time and who asks for it. */
export function pairOf(slot: Pick<Slot, '_id' | 'from'>, { _id }: Pick<Waiting, '_id'>): string {
  return `${timeOf(slot)} ${_id.toHexString()}`;
}

/**
 * The first free time, and the first in line who can really have it: by the rules, by what it has taken already, and by its own hours.
 * Nothing is written. A time that is refused to all, or a family to which all is refused, is asked about once.
 */
export async function findFit<W extends Waiting>(
  deps: Deps,
  { event, timeZone }: Line,
  slots: Slot[],
  entries: W[],
  refused: Refused = nothingRefused(),
): Promise<Fit<W> | undefined> {
  const now = deps.now();
  for (const slot of slots) {
    const until = offerUntil(event, slot, now, timeZone);
    if (!until) continue;
    for (const entry of entries) {
      const [time, id] = [timeOf(slot), String(entry._id)];
      if (refused.slots.has(time)) break;
      const pair = pairOf(slot, entry);
      if (refused.entries.has(id) || refused.pairs.has(pair)) continue;
      if (!isFitting(entry, slot, event.timeZone)) continue;
      const offer = { appointment: new Types.ObjectId(), slot: slot._id, until };
      const asked = await mayHold(deps, requestOf(event, entry, offer));
      if (asked.ok) return { slot, entry, until };
      if (OF_SLOT.includes(asked.reason)) refused.slots.add(time);
      else if (OF_PAIR.includes(asked.reason)) refused.pairs.add(pair);
      else refused.entries.add(id);
      if (OF_WISH.includes(asked.reason)) refused.never.set(id, asked.reason);
    }
  }
  return undefined;
}

/** The booking that an offer is to become. It passes the same rules as any other, and takes nothing from the family that it has on hold. */
export function requestOf(
  event: Line['event'],
  { _id, household, user, students, goer }: Waiting,
  { appointment, slot, until }: Pick<Offer, 'appointment' | 'slot' | 'until'>,
): HoldRequest {
  return {
    ...{ event, slot, students, household, user, goer },
    key: appointment.toHexString(),
    by: 'household',
    offer: { _id, appointment, until },
  };
}
