import { sitAlike, type Slot } from '../../models/slot.js';
import type { Span } from '../plan-slots.js';

type Own = Span & Pick<Slot, 'day' | 'with' | 'link'>;

/** Slots that follow one another, and their new times. */
export interface Run<S> {
  slots: S[];
  times: Span[];
}

/**
 * Lays out a resource's slots with another length. Slots that follow one another with the same break keep their common start, end and
 * breaks, and become as many as fit. They are a row only with the same people and the same video link: nobody gets a time at which they did
 * not join. A single slot keeps its start and grows into the free time after it.
 * @param own all slots of one resource, by time; slots that may not change block the others
 * @returns the runs that change, and the slots that have no room for the length
 */
export function layAgain<S extends Own>(
  own: S[],
  mayChange: (slot: S) => boolean,
  minutes: number,
): { runs: Run<S>[]; left: S[] } {
  const length = minutes * 60_000;
  const runs: Run<S>[] = [];
  const left: S[] = [];
  for (const { slots, next, gap } of findRuns(own, mayChange)) {
    const [first, last] = [slots[0], slots.at(-1)];
    if (!first || !last) continue;
    const isAlone = slots.length === 1;
    const limit = isAlone ? Math.min(next, +first.from + DAY_MS) : +last.to;
    const times: Span[] = [];
    for (let at = +first.from; at + length <= limit; at += length + gap) {
      times.push({ from: new Date(at), to: new Date(at + length) });
      if (isAlone) break;
    }
    if (times.length === 0) left.push(...slots);
    else if (+first.to - +first.from !== length || times.length !== slots.length) runs.push({ slots, times });
  }
  return { runs, left };
}

const DAY_MS = 24 * 3600_000;

function findRuns<S extends Own>(own: S[], mayChange: (slot: S) => boolean) {
  const runs: { slots: S[]; next: number; gap: number }[] = [];
  const gaps = new Map<string, number>();
  own.forEach((slot, index) => {
    const before = own[index - 1];
    if (!before || before.day !== slot.day || !mayChange(before) || !mayChange(slot)) return;
    gaps.set(slot.day, Math.min(gaps.get(slot.day) ?? Infinity, +slot.from - +before.to));
  });
  own.forEach((slot, index) => {
    if (!mayChange(slot)) return;
    const before = own[index - 1];
    const gap = gaps.get(slot.day) ?? 0;
    const next = own[index + 1] ? +(own[index + 1]?.from ?? 0) : Infinity;
    const run = runs.at(-1);
    const goesOn =
      before?.day === slot.day &&
      mayChange(before) &&
      +slot.from - +before.to === gap &&
      isAlike(before, slot);
    if (goesOn && run) {
      run.slots.push(slot);
      run.next = next;
    } else runs.push({ slots: [slot], next, gap });
  });
  return runs;
}

function isAlike(a: Own, b: Own): boolean {
  return +a.to - +a.from === +b.to - +b.from && sitAlike(a, b) && (a.link ?? '') === (b.link ?? '');
}
