/**
 * A date of numbers alone, as people and spreadsheets write it: 3/4/2015, 31.12.15. With dashes only a four-digit year counts, as 15-12-31
 * may begin with the year.
 */
const PARTS = /^(\d{1,2})(?:[/.](\d{1,2})[/.](\d{4}|\d{2})|-(\d{1,2})-(\d{4}))(?!\d)/;
/** The day numbers of spreadsheets, for 1990 to 2040. */
const COUNTED = /^(?:3[3-9]|4\d|50|51)\d{3}(?:[.,]0+)?$/;

interface Seen {
  line: number;
  value: string;
}

/** What the dates of one column look like, to tell whether they can be read in two ways. */
export class DayColumn {
  /** The day must come first: 31/12/2015. */
  dayFirst: Seen | undefined;
  /** Either may come first: 3/4/2015. */
  either: Seen | undefined;
  /** The month must come first: 12/31/2015. */
  monthFirst: Seen | undefined;
  #counted: Seen | undefined;
  #hasOthers = false;
  #hasDays = false;

  add(line: number, value: string): void {
    if (value === '') return;
    const parts = PARTS.exec(value);
    if (COUNTED.test(value)) this.#counted ??= { line, value };
    else if (!parts && !/^\d{4}-\d{1,2}-\d{1,2}/.test(value)) this.#hasOthers = true;
    else this.#hasDays = true;
    if (!parts) return;
    const [first, second] = [Number(parts[1]), Number(parts[2] ?? parts[4])];
    if (first > 31 || second > 31 || (first > 12 && second > 12)) return;
    if (first > 12) this.dayFirst ??= { line, value };
    else if (second > 12) this.monthFirst ??= { line, value };
    else if (first !== second) this.either ??= { line, value };
  }

  /** A number that seems to be a date: among dates, or if the column has nothing else. */
  get counted(): Seen | undefined {
    return this.#hasDays || !this.#hasOthers ? this.#counted : undefined;
  }
}

/** A date of a column with the day first, as YYYY-MM-DD. A date that must have the month first, or no date, is returned as it is. */
export function turnDay(value: string): string {
  const parts = PARTS.exec(value);
  if (!parts) return value;
  const [day, month] = [Number(parts[1]), Number(parts[2] ?? parts[4])];
  if (month > 12 || month < 1 || day < 1 || day > 31) return value;
  const given = parts[3] ?? parts[5] ?? '';
  // Two-digit years stand for 1950 to 2049.
  const year = given.length === 2 ? `${Number(given) < 50 ? '20' : '19'}${given}` : given;
  return `${year}-${String(month).padStart(2, '0')}-${String(day).padStart(2, '0')}`;
}
