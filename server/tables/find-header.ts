import { lettersOf } from './column-names.js';
import { FileRefused } from './problem-list.js';
import type { FileSource } from './file-source.js';
import type { RawRow } from './split-rows.js';
import type { Column, TableFormat } from './table-format.js';

/** How many rows at the top are searched for the header. */
export const HEAD_ROWS = 30;
/** Longer than any heading. */
const LONGEST = 100;
/** No roster has a named column beyond this one; spreadsheets write sixteen thousand. */
const MOST_COLUMNS = 1000;

export interface Header {
  /** The place of each column that Slotbell reads. */
  places: ReadonlyMap<string, number>;
  /** How many columns the file has. */
  width: number;
  /** The cells as they are; none if the file has no header and follows the format's order. */
  cells: readonly string[];
  /** The header's place among the rows at the top; -1 if there is none. */
  at: number;
}

/**
 * Finds the header among a file's first rows: the first row that names all required columns; titles may precede it. If the format allows
 * files without a header and no row looks like one, the columns are in the format's order.
 * @throws FileRefused if columns are missing, or if the first row seems to be a header in unknown words
 */
export function findHeader(source: FileSource, format: TableFormat, head: readonly RawRow[]): Header {
  const found = head.map(({ cells }) => placesIn(cells, format.columns));
  const at = found.findIndex((places) => missingIn(places, format).length === 0);
  const row = head[at];
  const places = found[at];
  if (row && places) return { places, width: row.width, cells: row.cells, at };
  const best = bestOf(found);
  const partial = found[best];
  const named = format.columns[0] && partial?.has(format.columns[0].name) ? 1 : 2;
  if (!format.headerless || (partial && partial.size >= named))
    throw missingColumns(source, head[best]?.line ?? 1, missingIn(partial ?? new Map(), format));
  if (looksLikeHeader(head)) throw unknownHeader(source, format, head[0]);
  return {
    places: new Map(format.columns.map(({ name }, place) => [name, place])),
    width: format.columns.length,
    cells: [],
    at: -1,
  };
}

/**
 * Columns that are not read but may be meant, by place: one whose name is nearly that of a missing column, one with a name that appears
 * twice, and any in a file that is made by hand.
 */
export function unreadColumns({ cells, places, at }: Header, format: TableFormat): [number, string][] {
  if (at < 0) return [];
  const taken = new Set(places.values());
  const missing = format.columns.filter(({ name }) => !places.has(name));
  const read = new Set([...taken].map((place) => lettersOf(cells[place] ?? '')));
  return [...cells.slice(0, MOST_COLUMNS).entries()].filter(([place, cell]) => {
    const letters = cell.length > LONGEST ? '' : lettersOf(cell);
    if (letters === '' || taken.has(place)) return false;
    return (
      format.headerless === true ||
      read.has(letters) ||
      missing.some(({ name, also = [] }) =>
        [lettersOf(name), ...also].some((other) => isNearly(letters, other)),
      )
    );
  });
}

/** Whether two words of at least five letters differ by one letter that is wrong, missing, extra or swapped with the next. */
function isNearly(one: string, other: string): boolean {
  if (Math.min(one.length, other.length) < 5 || Math.abs(one.length - other.length) > 1) return false;
  let from = 0;
  while (from < one.length && one[from] === other[from]) from += 1;
  const [a, b] = [one.slice(from), other.slice(from)];
  if (a === '' || b === '') return true;
  return (
    a.slice(1) === b.slice(1) ||
    a.slice(1) === b ||
    a === b.slice(1) ||
    `${a.charAt(1)}${a.charAt(0)}${a.slice(2)}` === b
  );
}

function bestOf(found: readonly ReadonlyMap<string, number>[]): number {
  return found.reduce((best, places, at) => (places.size > (found[best]?.size ?? 0) ? at : best), 0);
}

/** The places of the columns in a row of headings: first by their own names, then by other names. */
export function placesIn(cells: readonly string[], columns: readonly Column[]): Map<string, number> {
  const found = new Map<string, number[]>();
  for (const [place, cell] of cells.slice(0, MOST_COLUMNS).entries()) {
    const text = cell.length > LONGEST ? '' : lettersOf(cell);
    const known = found.get(text);
    if (known) known.push(place);
    else if (text !== '') found.set(text, [place]);
  }
  const places = new Map<string, number>();
  const taken = new Set<number>();
  const take = (column: Column, name: string): void => {
    const place = found.get(name)?.find((at) => !taken.has(at));
    if (place === undefined || places.has(column.name)) return;
    places.set(column.name, place);
    taken.add(place);
  };
  for (const column of columns) take(column, lettersOf(column.name));
  for (const column of columns) for (const other of column.also ?? []) take(column, other);
  return places;
}

/** Required columns that are missing. */
export function missingIn(places: ReadonlyMap<string, number>, { columns }: TableFormat): Column[] {
  return columns.filter(({ name, need }) => need !== undefined && !places.has(name));
}

/** Whether a cell is the name of one of the columns; helps to detect the separator. */
export function headingOf(columns: readonly Column[]): (cell: string) => boolean {
  const names = new Set(columns.flatMap(({ name, also = [] }) => [lettersOf(name), ...also]));
  return (cell) => cell.length <= LONGEST && names.has(lettersOf(cell));
}

/**
 * Whether the first row is a header in unknown words: it has no digits, the first cells of the rows below it all have some, and none of its
 * words appears in them.
 */
function looksLikeHeader([first, ...others]: readonly RawRow[]): boolean {
  if (!first || others.length === 0 || first.cells.length < 2) return false;
  if (first.cells.some((cell) => /\p{N}/u.test(cell))) return false;
  if (!others.every(({ cells }) => /\p{N}/u.test(cells[0] ?? ''))) return false;
  return first.cells.every(
    (cell, place) => cell.trim() === '' || others.every(({ cells }) => cells[place] !== cell),
  );
}

function missingColumns({ name }: FileSource, line: number, missing: readonly Column[]): FileRefused {
  const names = missing.map((column) => column.name);
  return new FileRefused({
    file: name,
    line,
    field: names.join(', '),
    fault: { code: 'missing columns', names },
  });
}

function unknownHeader({ name }: FileSource, { columns }: TableFormat, row: RawRow | undefined): FileRefused {
  const names = columns.map((column) => column.name);
  return new FileRefused({
    file: name,
    line: row?.line ?? 1,
    field: '',
    fault: { code: 'unknown header', names },
  });
}
