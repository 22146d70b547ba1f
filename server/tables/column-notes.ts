import { DayColumn } from './note-days.js';
import { shortText, type Problem } from './problem-list.js';
import type { ColumnFault } from './say-column.js';

type Noted = ColumnFault & { field: string };

/** How many lines are named. */
const NAMED = 5;

/** Collects what was done to the cells of one file, reported once for each column however many rows it applies to. */
export class ColumnNotes {
  readonly #noted = new Map<string, Noted>();
  readonly #days = new Map<string, DayColumn>();
  /** Columns whose dates are read with the day first. */
  dayFirst: ReadonlySet<string> = new Set();

  /** @param became the value that the cell was read as */
  add(field: string, code: ColumnFault['code'], line: number, cell: string, became: string): void {
    const key = `${field}|${code}`;
    const known = this.#noted.get(key);
    if (!known)
      this.#noted.set(key, {
        ...{ field, code, cell: shortText(cell), became: shortText(became) },
        ...{ count: 1, lines: [line] },
      });
    else {
      known.count += 1;
      if (known.lines.length < NAMED && known.lines.at(-1) !== line) known.lines.push(line);
    }
  }

  /** Notes a value of a column that may hold dates. */
  day(field: string, line: number, value: string): void {
    const days = this.#days.get(field) ?? new DayColumn();
    this.#days.set(field, days);
    days.add(line, value);
  }

  #tellDays(): void {
    const isMonth = [...this.#days.values()].some(({ monthFirst }) => monthFirst);
    const first = [...this.#days.values()].find(({ dayFirst }) => dayFirst)?.dayFirst;
    for (const [field, { dayFirst = first, monthFirst, either, counted }] of this.#days) {
      if (this.dayFirst.has(field) && dayFirst) {
        if (monthFirst) this.add(field, 'mixed days', monthFirst.line, dayFirst.value, monthFirst.value);
        else if (either) this.add(field, 'day first', either.line, dayFirst.value, either.value);
      } else if (either && !monthFirst && (first || !isMonth))
        this.add(field, 'either day', either.line, either.value, '');
      if (counted) this.add(field, 'day numbers', counted.line, counted.value, '');
    }
    this.#days.clear();
  }

  /** As problems of a file, in the order in which they were met. */
  problems(file: string): Problem[] {
    this.#tellDays();
    return [...this.#noted.values()].map(({ field, ...fault }) => ({
      ...{ file, field, line: fault.lines[0] ?? 0 },
      fault,
    }));
  }
}
