import type { Sheet } from './build-sheet.js';

/** So many teachers across fit a sheet of paper, lying, with their names whole … */
const MOST_ACROSS = 8;
/** … and so many times down, some of them in two lines. */
const MOST_DOWN = 32;

/** A part of a day sheet that goes on one sheet of paper. */
export interface PaperSheet extends Sheet {
  /** Which it is of how many, from 1. */
  number: number;
  of: number;
}

/** Divides a day sheet into parts that a sheet of paper holds, about equal ones; times at which nobody of a part has a slot are left out. */
export function splitSheet({ teachers, rows }: Sheet): PaperSheet[] {
  const parts = partsOf(teachers, MOST_ACROSS).flatMap(({ from, items }): Sheet[] => {
    const own = rows
      .map((row) => ({ ...row, cells: row.cells.slice(from, from + items.length) }))
      .filter(({ cells }) => cells.some((cell) => cell !== null));
    return partsOf(own, MOST_DOWN).map((part) => ({ teachers: items, rows: part.items }));
  });
  return parts.map((part, index) => ({ ...part, number: index + 1, of: parts.length }));
}

function partsOf<T>(list: readonly T[], most: number): { from: number; items: T[] }[] {
  const count = Math.ceil(list.length / most);
  const size = Math.ceil(list.length / Math.max(count, 1));
  return Array.from({ length: count }, (_, index) => ({
    from: index * size,
    items: list.slice(index * size, (index + 1) * size),
  })).filter(({ items }) => items.length > 0);
}
