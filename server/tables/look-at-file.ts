import { cleanCell } from './clean-cell.js';
import { detectEncoding, type Encoding } from './decode-file.js';
import { findHeader, HEAD_ROWS, headingOf, missingIn, placesIn } from './find-header.js';
import type { FileSource } from './file-source.js';
import { DayColumn } from './note-days.js';
import { FileRefused } from './problem-list.js';
import { splitRows, type Counting, type RawRow } from './split-rows.js';
import type { TableFormat } from './table-format.js';

/** What must be known of a file before its rows can be read. */
interface LookedAt {
  encoding: Encoding;
  /** Columns whose dates are written with the day first. */
  dayFirst: ReadonlySet<string>;
}

/** A date whose first number cannot be a month, anywhere in a text: 31/12/2015. */
const DAY_FIRST = /(?<![\d/.-])(?:1[3-9]|2\d|3[01])[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?!\d)/;
/** Longer than any such date, which may begin in one part of a file and end in the next. */
const OVERLAP = 12;

/**
 * A file's encoding, and which of its columns have the day first; the last row may be the first to show it. Columns are examined only if
 * the file has such a date at all.
 */
export async function lookAtFile(source: FileSource, format: TableFormat): Promise<LookedAt> {
  const days = format.columns.filter(({ holds }) => holds === 'day');
  let isFound = false as boolean;
  let before = '';
  const encoding = await detectEncoding(source, (part) => {
    if (isFound || days.length === 0) return;
    const text = before + part.toString('latin1');
    isFound = DAY_FIRST.test(text);
    before = text.slice(-OVERLAP);
  });
  // UTF-16 separates the digits, so the search does not see them.
  const look = days.length > 0 && (isFound || encoding.startsWith('utf-16'));
  return { encoding, dayFirst: look ? await dayFirstOf(source, format, encoding) : new Set() };
}

/**
 * The day comes first in a column that has only such dates; in one that has dates of both kinds, or neither while other columns have the
 * day first, it does too.
 */
async function dayFirstOf(
  source: FileSource,
  format: TableFormat,
  encoding: Encoding,
): Promise<ReadonlySet<string>> {
  const seen = [...(await daysOf(source, format, encoding))];
  const isMonth = seen.some(([, { monthFirst }]) => monthFirst !== undefined);
  const isDay = seen.some(([, { dayFirst }]) => dayFirst !== undefined);
  return new Set(
    seen.filter(([, { dayFirst }]) => dayFirst !== undefined || (isDay && !isMonth)).map(([name]) => name),
  );
}

const QUIET: Counting = {
  bytes: () => undefined,
  blank: () => undefined,
  slip: () => undefined,
  strayQuote: () => undefined,
  swallowed: () => undefined,
};

async function daysOf(
  source: FileSource,
  format: TableFormat,
  encoding: Encoding,
): Promise<Map<string, DayColumn>> {
  const days = format.columns.filter(({ holds }) => holds === 'day');
  const seen = new Map(days.map(({ name }) => [name, new DayColumn()]));
  let places: ReadonlyMap<string, number> | undefined;
  const head: RawRow[] = [];
  const look = ({ cells, line }: RawRow): void => {
    for (const column of days) {
      const cell = cells[places?.get(column.name) ?? -1] ?? '';
      if (cell !== '' && cell.length < 100) seen.get(column.name)?.add(line, cleanCell(cell, column).value);
    }
  };
  try {
    for await (const raw of splitRows(source, encoding, QUIET, headingOf(format.columns))) {
      if (places) look(raw);
      else if (
        head.push(raw) === HEAD_ROWS ||
        missingIn(placesIn(raw.cells, format.columns), format).length === 0
      ) {
        const header = findHeader(source, format, head);
        places = header.places;
        head.slice(header.at + 1).forEach(look);
      }
    }
    if (!places) {
      const header = findHeader(source, format, head);
      places = header.places;
      head.slice(header.at + 1).forEach(look);
    }
  } catch (error) {
    // The reader of the rows reports it.
    if (!(error instanceof FileRefused)) throw error;
  }
  return seen;
}
