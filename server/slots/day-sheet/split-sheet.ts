import type { Sheet } from './build-sheet.js';

/** How many teachers fit across a sheet in landscape, with their whole names. */
const MOST_ACROSS = 8;
/** How many times fit down a sheet, some of them on two lines. */
const MOST_DOWN = 32;

/** A part of a day sheet that fits on one sheet of paper. */
export interface PaperSheet extends Sheet {
  /** Its number, from 1, and how many parts there are. */
  number: number;
  of: number;
}

/** Divides a day sheet into equal parts that fit on paper. Times at which no teacher of a part has a slot are left out. */
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
