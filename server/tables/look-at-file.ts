import { cleanCell } from './clean-cell.js';
import { detectEncoding, type Encoding } from './decode-file.js';
import { findHeader, HEAD_ROWS, headingOf, missingIn, placesIn } from './find-header.js';
import type { FileSource } from './file-source.js';
import { DayColumn } from './note-days.js';
import { FileRefused } from './problem-list.js';
import { splitRows, type Counting, type RawRow } from './split-rows.js';
import type { TableFormat } from './table-format.js';

/** What a file must be looked through for before its rows can be read. */
interface LookedAt {
  encoding: Encoding;
  /** Columns whose days are written with the day first. */
  dayFirst: ReadonlySet<string>;
}

/** A day whose first number is none of a month, anywhere in a text: 31/12/2015. */
const DAY_FIRST = /(?<![\d/.-])(?:1[3-9]|2\d|3[01])[/.-]\d{1,2}[/.-](?:\d{4}|\d{2})(?!\d)/;
/** Longer than any such day, which two parts of a file may share. */
const OVERLAP = 12;

/**
 * A file's encoding, and in which of its columns the day stands first: the last row may be the first that tells. The columns are looked
 * at only where the file has such a day at all.
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
  // In UTF-16 the digits do not stand side by side.
  const look = days.length > 0 && (isFound || encoding.startsWith('utf-16'));
  return { encoding, dayFirst: look ? await dayFirstOf(source, format, encoding) : new Set() };
}

/** Of a column that has days of both kinds, or of neither where the file's other columns have the day first, it is the day. */
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
    // Whoever reads the rows says it.
    if (!(error instanceof FileRefused)) throw error;
  }
  return seen;
}
