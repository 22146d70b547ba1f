import { createHash, createHmac } from 'node:crypto';

/** A time that is drawn for. */
export interface DrawSlot {
  /** Of the teacher, as a number. */
  teacher: number;
  day: string;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  seats: number;
}

export interface DrawFamily {
  code: string;
  /** How many meetings it may still have; null where no limit is set. */
  most: number | null;
  /** The same of each of its children. */
  children: (number | null)[];
  /** The dearest first, each with a child and the times that will do, by their index, in the family's order. */
  wishes: { child: number; slots: number[] }[];
}

/** All that a draw depends on beside its seed: anybody may read it, and it tells nobody who a family is. */
export interface DrawInput {
  /** The least time between two meetings of one family. */
  gapMs: number;
  /** How many more meetings a teacher may have on a day, by `<teacher> <day>`; empty where no limit is set. */
  days: Record<string, number>;
  slots: DrawSlot[];
  families: DrawFamily[];
}

/** What a family gets: of each of its wishes the index of a time, or null. */
export interface Drawn {
  code: string;
  got: (number | null)[];
}

/** What is published before anybody wishes. @param seed hexadecimal digits */
export function hashSeed(seed: string): string {
  return createHash('sha256').update(seed).digest('hex');
}

/**
 * Draws. The families' turn is by the HMAC-SHA256 of their codes with the seed as the key, the smallest first, so it depends neither on when
 * nor in which order they sent their wishes. In turn each gets the first time that will do of its dearest wish that can still be had, then
 * again, until nobody gets anything. The script `public/js/check-draw.js` does the same in a browser.
 */
export function drawWishes({ gapMs, days, slots, families }: DrawInput, seed: string): Drawn[] {
  const seats = slots.map((slot) => slot.seats);
  const daysLeft = new Map(Object.entries(days));
  const turn = inTurn(families, seed).map((family) => ({
    family,
    got: family.wishes.map((): number | null => null),
    most: family.most ?? Infinity,
    children: family.children.map((most) => most ?? Infinity),
    // Times are never given back, so what can't be had once can't be had later.
    open: family.wishes.map((_, wish) => wish),
  }));
  const dayOf = ({ teacher, day }: DrawSlot) => `${teacher} ${day}`;
  const fits = ({ got }: (typeof turn)[number], index: number): boolean => {
    const slot = slots[index];
    if (!slot || (seats[index] ?? 0) < 1 || (daysLeft.get(dayOf(slot)) ?? 1) < 1) return false;
    return got.every((other) => {
      const own = other === null ? undefined : slots[other];
      return !own || slot.from >= own.to + gapMs || own.from >= slot.to + gapMs;
    });
  };
  for (let isMore = true; isMore;) {
    isMore = false;
    for (const one of turn) {
      while (one.open.length > 0 && one.most > 0) {
        const wish = one.open.shift() ?? 0;
        const { child = 0, slots: wanted = [] } = one.family.wishes[wish] ?? {};
        const left = one.children[child] ?? 0;
        const index = left > 0 ? wanted.find((slot) => fits(one, slot)) : undefined;
        const slot = index === undefined ? undefined : slots[index];
        if (index === undefined || !slot) continue;
        one.got[wish] = index;
        one.most -= 1;
        one.children[child] = left - 1;
        seats[index] = (seats[index] ?? 0) - 1;
        const day = dayOf(slot);
        if (daysLeft.has(day)) daysLeft.set(day, (daysLeft.get(day) ?? 0) - 1);
        isMore = true;
        break;
      }
    }
  }
  return turn.map(({ family, got }) => ({ code: family.code, got }));
}

function inTurn(families: DrawFamily[], seed: string): DrawFamily[] {
  return families
    .map((family) => ({ family, key: createHmac('sha256', seed).update(family.code).digest('hex') }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ family }) => family);
}
