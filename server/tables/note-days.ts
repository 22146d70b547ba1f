/** A day of numbers alone, as people and spreadsheets write them: 3/4/2015, 31.12.15. */
const PARTS = /^(\d{1,2})[/.-](\d{1,2})[/.-](?:\d{4}|\d{2})(?!\d)/;
/** How spreadsheets count days, for 1990 to 2040. */
const COUNTED = /^(?:3[3-9]|4\d|50|51)\d{3}(?:[.,]0+)?$/;

interface Seen {
  line: number;
  value: string;
}

/** What the days of one column look like, for telling where they can be read in two ways. */
export class DayColumn {
  /** Only the day can stand first: 31/12/2015. */
  dayFirst: Seen | undefined;
  /** Either can: 3/4/2015. */
  either: Seen | undefined;
  /** Only the month can: 12/31/2015. */
  #monthFirst: Seen | undefined;
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
    const [first, second] = [Number(parts[1]), Number(parts[2])];
    if (first > 12) this.dayFirst ??= { line, value };
    else if (second > 12) this.#monthFirst ??= { line, value };
    else if (first !== second) this.either ??= { line, value };
  }

  /** A day that is read with the month first, beside others that cannot be. */
  get doubted(): Seen | undefined {
    return this.dayFirst && (this.either ?? this.#monthFirst);
  }

  /** A number that seems to be a day: among days, or where nothing else stands in the column. */
  get counted(): Seen | undefined {
    return this.#hasDays || !this.#hasOthers ? this.#counted : undefined;
  }
}
