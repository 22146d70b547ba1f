import { beside, type Slot } from '../models/slot.js';
import { groupBy } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import type { PlacedEvent } from '../web/place.js';
import { layAgain, type Run } from '../slots/bulk/lay-again.js';
import { keepJoined } from '../slots/keep-joined.js';
import { findOverlaps } from '../slots/plan-slots.js';
import { slotsElsewhere } from '../slots/prepare-slots.js';
import type { NewSlot } from '../slots/add-slots.js';
import type { TeacherTimes } from './read-teacher.js';

export const FIXES = ['after', 'before', 'seats', 'shorten'] as const;
export type FixKind = (typeof FIXES)[number];

/** A way to offer a teacher’s families more places. It never touches a time that is booked or on hold. */
export type Fix =
  | { kind: 'after' | 'before'; gain: number; made: NewSlot[] }
  | { kind: 'seats'; gain: number; slots: Slot[]; capacity: number }
  | { kind: 'shorten'; gain: number; slots: Slot[]; minutes: number };

const MINUTE_MS = 60_000;
/** The most that a day is extended: nobody is asked to stay much longer, or to come much earlier. */
const MOST_MORE_MS = 3 * 60 * MINUTE_MS;
/** A break longer than this between two slots is a lunch break, and no slots are added after it. */
const LONGEST_BREAK_MS = 30 * MINUTE_MS;
const MOST_SEATS_MORE = 3;
const LENGTHS = [45, 40, 30, 25, 20, 15, 12, 10, 8, 6, 5];

/** What would give a teacher’s families the missing places, or some of them; [] if none are missing. */
export async function planFixes(event: PlacedEvent, times: TeacherTimes, now: Date): Promise<Fix[]> {
  if (times.missing === 0) return [];
  const [after, before] = await Promise.all([
    whereAllJoin(event, layMore(event, times, 'after'), now),
    whereAllJoin(event, layMore(event, times, 'before'), now),
  ]);
  const both = [...after, ...before].sort((a, b) => +a.from - +b.from);
  const days = [...new Set(both.map(({ day }) => day))];
  const { contact } = times.resource;
  const elsewhere = await slotsElsewhere(event, contact ? [{ contact }] : [], both, days);
  const isElsewhere = findOverlaps([
    ...(elsewhere.get(contact?.toHexString() ?? '') ?? []),
    // This counts places in a colleague's slot.
    ...times.sits,
  ]);
  const fixes: (Fix | undefined)[] = [
    addFix(
      'after',
      after.filter((slot) => !isElsewhere(slot)),
      times.missing,
    ),
    addFix(
      'before',
      before.filter((slot) => !isElsewhere(slot)),
      times.missing,
    ),
    raiseSeats(times),
    shorten(times),
  ];
  return fixes.filter((fix) => fix !== undefined);
}

function addFix(kind: 'after' | 'before', found: NewSlot[], missing: number): Fix | undefined {
  const made: NewSlot[] = [];
  let gain = 0;
  for (const slot of found) {
    if (gain >= missing) break;
    made.push(slot);
    gain += slot.capacity;
  }
  return gain > 0 ? { kind, gain, made } : undefined;
}

/** Times of this length right after each day’s last slot or before its first one; the nearest on each day come first. */
function layMore(event: PlacedEvent, { slots, bookable }: TeacherTimes, side: 'after' | 'before'): NewSlot[] {
  const laid: { slot: NewSlot; nth: number }[] = [];
  for (const [day, own] of groupBy(slots, (slot) => slot.day)) {
    const edge = side === 'after' ? own.at(-1) : own[0];
    const next = side === 'after' ? own.at(-2) : own[1];
    // A day that is closed at its edge is left alone: the teacher may be away.
    if (edge?.state !== 'visible') continue;
    const length = +edge.to - +edge.from;
    const pause = !next ? 0 : side === 'after' ? +edge.from - +next.to : +next.from - +edge.to;
    const gap = pause <= LONGEST_BREAK_MS ? pause : 0;
    for (let nth = 1; nth * (length + gap) <= MOST_MORE_MS; nth += 1) {
      const shift = nth * (length + gap) * (side === 'after' ? 1 : -1);
      const [from, to] = [new Date(+edge.from + shift), new Date(+edge.to + shift)];
      const isThatDay = [from, new Date(+to - 1)].every((at) => dayOf(at, event.timeZone) === day);
      if (!isThatDay || from <= bookable) break;
      laid.push({ nth, slot: { ...beside(edge), from, to, message: '' } });
    }
  }
  return laid.sort((a, b) => a.nth - b.nth || +a.slot.from - +b.slot.from).map(({ slot }) => slot);
}

/** The slots that everybody can join who joins the one beside them. */
async function whereAllJoin(event: PlacedEvent, slots: NewSlot[], now: Date): Promise<NewSlot[]> {
  const kept = await keepJoined(event, slots, now);
  return kept.filter((slot, index) => slot.with?.length === slots[index]?.with?.length);
}

/** Slots that parents may book and that are neither booked nor on hold. */
function freeOf({ slots, taken, bookable }: TeacherTimes): Slot[] {
  return slots.filter(
    (slot) => slot.state === 'visible' && slot.from > bookable && !taken.has(slot._id.toHexString()),
  );
}

function raiseSeats(times: TeacherTimes): Fix | undefined {
  // Slots that are alike, the largest group of them, so that one change is enough.
  const alike = groupBy(freeOf(times), ({ capacity, kind }) => `${String(capacity)} ${kind}`);
  const [first] = [...alike.values()].sort((a, b) => b.length - a.length);
  const capacity = first?.[0]?.capacity;
  if (!first || capacity === undefined) return undefined;
  const more = Math.min(MOST_SEATS_MORE, Math.ceil(times.missing / first.length));
  const slots = first.slice(0, Math.ceil(times.missing / more));
  return { kind: 'seats', gain: slots.length * more, slots, capacity: capacity + more };
}

function shorten(times: TeacherTimes): Fix | undefined {
  const free = freeOf(times);
  const [first] = free;
  if (!first) return undefined;
  const length = (+first.to - +first.from) / MINUTE_MS;
  const slots = free.filter((slot) => (+slot.to - +slot.from) / MINUTE_MS === length);
  const ids = new Set(slots.map(({ _id }) => _id.toHexString()));
  let best: Fix | undefined;
  for (const minutes of LENGTHS.filter((shorter) => shorter < length)) {
    const runs = layMoreOf(times.slots, ids, minutes);
    const gain = runs.reduce((sum, run) => {
      const after = run.slots[0]?.capacity ?? 1;
      return sum + run.times.length * after - run.slots.reduce((seats, { capacity }) => seats + capacity, 0);
    }, 0);
    if (gain > (best?.gain ?? 0))
      best = { kind: 'shorten', gain, slots: runs.flatMap((run) => run.slots), minutes };
    if (gain >= times.missing) break;
  }
  return best;
}

/** The runs that become more slots. The others stay as they are, because a shorter time alone helps nobody. */
function layMoreOf(own: Slot[], ids: Set<string>, minutes: number): Run<Slot>[] {
  const { runs } = layAgain(own, ({ _id }) => ids.has(_id.toHexString()), minutes);
  const more = runs.filter(({ slots, times }) => times.length > slots.length);
  const kept = new Set(more.flatMap(({ slots }) => slots.map(({ _id }) => _id.toHexString())));
  // The breaks of a day are computed from the slots that may change, so with fewer slots they can differ.
  return kept.size === ids.size ? more : layMoreOf(own, kept, minutes);
}
