import { createHash, createHmac } from 'node:crypto';

/** A time in the draw. */
export interface DrawSlot {
  /** The teacher's number. */
  teacher: number;
  /** The numbers of the people who sit in it: nobody sits in two meetings at once, whoever has the times. */
  people: number[];
  day: string;
  /** Milliseconds since 1970. */
  from: number;
  to: number;
  seats: number;
}

export interface DrawFamily {
  code: string;
  /** Makes the published hash of its line unguessable, even for somebody who knows the line's wishes. */
  salt: string;
  /** The code by which its turn is drawn. Families with the same code share a turn. */
  turn: string;
  /** How many more meetings it may have; null without a limit. */
  most: number | null;
  /** The numbers of its members who sit on the school's side of other meetings. */
  people: number[];
  /** The most wanted first: its children, their indexes in `pairs`, and the times that suit it, in the family's order. */
  wishes: { children: number[]; pairs: number[]; slots: number[] }[];
}

/** Everything that a draw depends on, except its seed. It has no names, but may still identify a family, so only the school sees it. */
export interface DrawInput {
  /** The least time between two meetings of one family. */
  gapMs: number;
  /** How many more meetings a teacher may have on a day, by `<teacher> <day>`; only where there is a limit. */
  days: Record<string, number>;
  /** How many more meetings a child may have in all; null without a limit. */
  children: (number | null)[];
  /** The same for a child with one teacher. */
  pairs: (number | null)[];
  slots: DrawSlot[];
  families: DrawFamily[];
}

/** What a family gets: for each of its wishes the index of a time, or null. */
export interface Drawn {
  code: string;
  got: (number | null)[];
}

/**
 * The hash that is published before anybody wishes.
 * @param seed hexadecimal digits
 */
export function hashSeed(seed: string): string {
  return sha256(seed);
}

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex');

/** The digest of the whole input, in any order. The turns depend on it, so that a known seed doesn't help to choose a code. */
export function digestOf(input: DrawInput): string {
  return sha256(JSON.stringify({ ...input, families: input.families.toSorted(byCode) }));
}

const byCode = (a: { code: string }, b: { code: string }) => (a.code < b.code ? -1 : 1);

/** The codes in the order of their turns: by the HMAC-SHA256 of digest and code, with the seed as the key, the smallest first. */
export function drawTurns(input: DrawInput, seed: string): string[] {
  const digest = digestOf(input);
  const keyOf = (turn: string) => createHmac('sha256', seed).update(`${digest} ${turn}`).digest('hex');
  return [...new Set(input.families.map(({ turn }) => turn))]
    .map((turn) => ({ turn, key: keyOf(turn) }))
    .sort((a, b) => (a.key < b.key ? -1 : 1))
    .map(({ turn }) => turn);
}

/** The line that a family reads of itself; its hash is published. */
export function lineOf({ slots }: Pick<DrawInput, 'slots'>, family: DrawFamily, got: Drawn['got']): string {
  const { salt, turn, wishes } = family;
  const at = (index: number | null | undefined) => slots[index ?? -1]?.from ?? null;
  return JSON.stringify({
    ...{ salt, turn },
    wishes: wishes.map((wish, n) => ({ times: wish.slots.map(at), got: at(got[n]) })),
  });
}

/** The hashes of all families' lines, sorted, so that their order tells nothing. */
export function hashLines(input: DrawInput, drawn: Drawn[]): string[] {
  const got = new Map(drawn.map((one) => [one.code, one.got]));
  return input.families.map((family) => sha256(lineOf(input, family, got.get(family.code) ?? []))).sort();
}

/**
 * Draws. In the order of the turns each family gets the first suitable time of its most wanted wish that can still be had; this repeats
 * until nobody gets anything. Families who share a turn alternate in it. The script `public/js/check-draw.js` does the same in a browser.
 */
export function drawWishes(input: DrawInput, seed: string): Drawn[] {
  const book = new Book(input);
  const turns = drawTurns(input, seed).map((turn) =>
    input.families
      .filter((family) => family.turn === turn)
      .sort(byCode)
      .map((family) => new Drawing(family, book)),
  );
  const all = turns.flat();
  for (let isMore = true; isMore;) {
    isMore = false;
    for (const members of turns) {
      const at = members.findIndex((one) => one.take());
      if (at < 0) continue;
      members.push(...members.splice(at, 1));
      isMore = true;
    }
  }
  return all.map(({ family, got }) => ({ code: family.code, got }));
}

interface Busy {
  from: number;
  to: number;
  /** -1 on the family's side. */
  slot: number;
}

/** What is left, and where everybody sits. Nothing is given back, so a time that can't be had once can't be had later. */
class Book {
  readonly #seats: number[];
  readonly #days: Map<string, number>;
  readonly #children: number[];
  readonly #pairs: number[];
  readonly #busy = new Map<number, Busy[]>();

  constructor(readonly input: DrawInput) {
    this.#seats = input.slots.map((slot) => slot.seats);
    this.#days = new Map(Object.entries(input.days));
    this.#children = input.children.map((most) => most ?? Infinity);
    this.#pairs = input.pairs.map((most) => most ?? Infinity);
  }

  mayMeet({ children, pairs }: DrawFamily['wishes'][number]): boolean {
    return (
      children.every((child) => (this.#children[child] ?? 0) > 0) &&
      pairs.every((pair) => (this.#pairs[pair] ?? 0) > 0)
    );
  }

  isFree(index: number, people: number[]): boolean {
    const slot = this.input.slots[index];
    if (!slot || (this.#seats[index] ?? 0) < 1 || (this.#days.get(dayOf(slot)) ?? 1) < 1) return false;
    const isBusy = (person: number, sits: boolean) =>
      (this.#busy.get(person) ?? []).some(
        (one) => one.from < slot.to && slot.from < one.to && !(sits && one.slot === index),
      );
    return (
      !slot.people.some((person) => isBusy(person, true)) &&
      !people.some((person) => !slot.people.includes(person) && isBusy(person, false))
    );
  }

  enter(index: number, people: number[], { children, pairs }: DrawFamily['wishes'][number]): void {
    const slot = this.input.slots[index];
    if (!slot) return;
    this.#seats[index] = (this.#seats[index] ?? 0) - 1;
    const day = dayOf(slot);
    if (this.#days.has(day)) this.#days.set(day, (this.#days.get(day) ?? 0) - 1);
    for (const child of children) this.#children[child] = (this.#children[child] ?? 0) - 1;
    for (const pair of pairs) this.#pairs[pair] = (this.#pairs[pair] ?? 0) - 1;
    const { from, to } = slot;
    for (const person of new Set([...slot.people, ...people])) {
      const entry = { from, to, slot: slot.people.includes(person) ? index : -1 };
      this.#busy.set(person, [...(this.#busy.get(person) ?? []), entry]);
    }
  }
}

const dayOf = ({ teacher, day }: DrawSlot) => `${teacher} ${day}`;

class Drawing {
  readonly got: (number | null)[];
  readonly #open: number[];

  constructor(
    readonly family: DrawFamily,
    readonly book: Book,
  ) {
    this.got = family.wishes.map(() => null);
    this.#open = family.wishes.map((_, wish) => wish);
  }

  /**
   * Takes the next time for the family.
   * @returns whether it got one
   */
  take(): boolean {
    const { most, people, wishes } = this.family;
    while (this.#open.length > 0 && this.got.filter((one) => one !== null).length < (most ?? Infinity)) {
      const n = this.#open.shift() ?? 0;
      const wish = wishes[n];
      if (!wish || !this.book.mayMeet(wish)) continue;
      const index = wish.slots.find((slot) => this.book.isFree(slot, people) && this.#isClear(slot));
      if (index === undefined) continue;
      this.got[n] = index;
      this.book.enter(index, people, wish);
      return true;
    }
    return false;
  }

  #isClear(index: number): boolean {
    const { slots, gapMs } = this.book.input;
    const slot = slots[index];
    return this.got.every((other) => {
      const own = other === null ? undefined : slots[other];
      return !own || !slot || slot.from >= own.to + gapMs || own.from >= slot.to + gapMs;
    });
  }
}
