import type { CellNote } from './clean-cell.js';
import { DayColumn } from './note-days.js';
import { quoted } from './problem-list.js';
import type { Problem } from './problem-list.js';
import { number } from '../web/format-count.js';

/** What is told of a whole column beside what was done to its cells. */
type ColumnCode =
  | CellNote
  | 'lost zeros'
  | 'was otherwise'
  | 'alike'
  | 'nobody'
  | 'heading'
  | 'no heading'
  | 'not read'
  | 'no name'
  | 'day first'
  | 'mixed days'
  | 'either day'
  | 'day numbers';

interface Noted {
  line: number;
  lines: number[];
  count: number;
  example: string;
  became: string;
}

/** So many lines are named. */
const NAMED = 5;

const SAYS: Record<ColumnCode, { problem: (example: string, became: string) => string; advice: string }> = {
  'formula text': {
    problem: (example, became) => `holds formulas like ${example}, read as ${became}`,
    advice: 'Nothing to do if that is right. Otherwise export the file again without opening it in Excel.',
  },
  apostrophe: {
    problem: (example, became) => `holds an apostrophe before the value, like ${example}, read as ${became}`,
    advice: 'Nothing to do if that is right. Otherwise remove the apostrophes and upload again.',
  },
  'quotation marks': {
    problem: (example, became) =>
      `holds a quotation mark around or beside the value, like ${example}, read as ${became}`,
    advice: 'Nothing to do if that is right. Otherwise remove the quotation marks and upload again.',
  },
  rounded: {
    problem: (example) => `holds long numbers that end in zero, like ${example}: spreadsheets round these`,
    advice:
      'Nothing to do if the numbers are right. Otherwise export the file again without opening it in Excel.',
  },
  'several ids': {
    problem: (example) => `holds ${example}, which may be several numbers, and was left blank`,
    advice: 'Leave one number in each cell, or one person in each row.',
  },
  'whole name': {
    problem: (example) => `holds a comma, like in ${example}: first and last name may stand in one cell`,
    advice:
      'Nothing to do if that is right. Otherwise put first and last names in columns of their own and upload again.',
  },
  decimals: {
    problem: (example, became) => `holds numbers like ${example}, read as ${became}`,
    advice: 'Nothing to do if that is right. Otherwise format the column as text and upload again.',
  },
  'hidden letters': {
    problem: (_, became) => `holds letters that nobody sees, which were left out, like in ${became}`,
    advice: 'Nothing to do if that is right. Otherwise correct it in your system.',
  },
  placeholder: {
    problem: (example) => `holds ${example}, which stands for nothing and was read as blank`,
    advice: 'Add the missing values in your system, or leave the cells blank.',
  },
  'address repaired': {
    problem: (example, became) => `holds more than the email address, like ${example}, read as ${became}`,
    advice: 'Check the address, and leave it alone in its cell.',
  },
  'several addresses': {
    problem: (example, became) => `holds more than one address, like ${example}; only ${became} was taken`,
    advice: 'Leave one email address in each cell.',
  },
  'no address': {
    problem: (example) => `holds ${example}, which is not an email address, and was left blank`,
    advice: 'Correct the address in your system and upload again.',
  },
  garbled: {
    problem: (example) => `holds garbled letters, like ${example}`,
    advice: 'The file was converted wrongly before. Export it again, best as UTF-8.',
  },
  spoilt: {
    problem: (example) => `was changed to ${example} by a spreadsheet, and was left blank`,
    advice: 'Export the file again and upload it without opening it in Excel.',
  },
  heading: {
    problem: (example, became) => `is the column ${example}, read as ${became}`,
    advice:
      'Nothing to do if that is right. Otherwise name the columns as Slotbell’s page on roster files does.',
  },
  'no heading': {
    problem: (example) => `has no heading, so what stands in it was not read, like ${example}`,
    advice:
      'Nothing to do if Slotbell does not need it. Otherwise give the column its heading and upload again.',
  },
  'no name': {
    problem: (_, became) => `is empty, so the class is called ${became}`,
    advice: 'Add the name in your system if parents should see another one.',
  },
  'not read': {
    problem: (example) => `is the column ${example}, which Slotbell did not read`,
    advice:
      'Nothing to do if Slotbell does not need it. Otherwise name the column as Slotbell’s page on roster files does.',
  },
  'day first': {
    problem: (example, became) =>
      `holds dates with the day first, like ${example}, so those like ${became} were read with the day first too`,
    advice: 'Nothing to do if that is right. Otherwise write all dates like 2014-09-30, and upload again.',
  },
  'mixed days': {
    problem: (example, became) =>
      `holds dates with the day first, like ${example}, and with the month first, like ${became}. What can be either was read with the day first`,
    advice: 'Write all dates alike, best as 2014-09-30, and upload again.',
  },
  'either day': {
    problem: (example) =>
      `holds dates like ${example}, and none that tells whether the day or the month comes first. They were read with the month first`,
    advice: 'Nothing to do if that is right. Otherwise write all dates like 2014-09-30, and upload again.',
  },
  'day numbers': {
    problem: (example) => `holds numbers like ${example}, which a spreadsheet makes of dates`,
    advice:
      'Nothing to do if the numbers are right. Otherwise format the column as dates and export it again.',
  },
  'was otherwise': {
    problem: (example, became) => `holds ${example} where ${became} was before, and was left as it was`,
    advice:
      'Nothing to do if that is right. Otherwise change the number in Slotbell, or export the file again without opening it in Excel.',
  },
  nobody: {
    problem: (example) => `is ${example} in a row that deletes, but nothing here has this id`,
    advice: 'Nothing to do if it was deleted before. Otherwise correct the id and upload again.',
  },
  alike: {
    problem: (example, became) =>
      `holds ids that read alike, ${example} and ${became}; each was taken as one of its own`,
    advice: 'Nothing to do if that is right. Otherwise delete the wrong one and upload again.',
  },
  'lost zeros': {
    problem: (example, became) =>
      `holds ids that are written differently elsewhere, like ${example}, read as ${became}`,
    advice: 'Nothing to do if that is right. Otherwise export the file again without opening it in Excel.',
  },
};

/** What was done to the cells of one file, told once a column however many rows it is true of. */
export class ColumnNotes {
  readonly #noted = new Map<string, Noted>();
  readonly #days = new Map<string, DayColumn>();
  /** Columns whose days are read with the day first. */
  dayFirst: ReadonlySet<string> = new Set();

  /** @param became what the cell was read as */
  add(field: string, code: ColumnCode, line: number, cell: string, became: string): void {
    const key = `${field}|${code}`;
    const known = this.#noted.get(key);
    if (!known)
      this.#noted.set(key, {
        line,
        lines: [line],
        count: 1,
        example: quoted(cell.trim()),
        became: quoted(became),
      });
    else {
      known.count += 1;
      if (known.lines.length < NAMED && known.lines.at(-1) !== line) known.lines.push(line);
    }
  }

  /** A value of a column in which days may stand. */
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
    return [...this.#noted].map(([key, { line, lines, count, example, became }]) => {
      const at = key.lastIndexOf('|');
      const [field, code] = [key.slice(0, at), key.slice(at + 1) as ColumnCode];
      const where = count === 1 ? '' : ` (${number(count)} rows: ${linesInWords(lines, count)})`;
      const { problem, advice } = SAYS[code];
      return { file, line, field, problem: `${field} ${problem(example, became)}${where}.`, advice };
    });
  }
}

function linesInWords(lines: readonly number[], count: number): string {
  const more = count - lines.length;
  const named = lines.map((line) => number(line)).join(', ');
  return `lines ${named}${more > 0 ? ` and ${number(more)} more` : ''}`;
}
