import { cleanText } from '../clean-text.js';
import { detectEncoding } from './decode-file.js';
import type { Column, TableFormat } from './table-format.js';
import { FileRefused, LEFT_OUT, quoted } from './problem-list.js';
import { LIMITS, Row, type Reading } from './reading.js';
import type { FileSource } from './roster-files.js';
import { splitRows, type RawRow } from './split-rows.js';

/** Longer than any field of a real roster. */
const LONGEST = 1000;

/** Told of each row that was left out; of none where its cells cannot be told apart. */
type OnLeftOut = (row: Row | undefined) => void;

/**
 * The rows of one table of the upload that can be used; nothing where it has no such file. What is wrong in the others is
 * noted.
 * @throws FileRefused where the file cannot be read or lacks a column that it must have
 */
export async function* readTable(
  reading: Reading,
  table: string,
  onLeftOut: OnLeftOut = () => undefined,
): AsyncGenerator<Row, void, undefined> {
  const source = reading.sources.get(table);
  const format = reading.tables[table];
  if (!source || !format) return;
  const encoding = await detectEncoding(source);
  const most = /^(enrol|parentS)/.test(table) ? LIMITS.rowsOfTies : LIMITS.rowsOfFile;
  let header: Header | undefined;
  const counting = {
    bytes: (count: number) => reading.countBytes(source, count),
    blank: () => reading.countBlank(source),
  };
  for await (const raw of splitRows(source, encoding, counting)) {
    if (!header) {
      header = headerOf(source, format, raw);
      if (!header.positional) continue;
    }
    reading.countRow(source, most);
    const row = rowOf(reading, source, format, header, raw, onLeftOut);
    if (row) yield row;
  }
  if (!header && !format.headerless) throw missingColumns(source, 1, format.columns.filter(mustBeThere));
}

interface Header {
  /** Where each column that Slotbell reads stands. */
  places: ReadonlyMap<string, number>;
  width: number;
  /** The file has no header: this was its first row already. */
  positional: boolean;
}

function headerOf(source: FileSource, { columns, headerless }: TableFormat, { line, cells }: RawRow): Header {
  const found = new Map<string, number>();
  const byLetters = new Map(columns.map((column) => [lettersOf(column.name), column]));
  cells.forEach((cell, place) => {
    const column = cell.length > LONGEST ? undefined : byLetters.get(lettersOf(cell));
    if (column && !found.has(column.name)) found.set(column.name, place);
  });
  const first = columns[0]?.name ?? '';
  if (headerless && !found.has(first)) {
    const places = new Map(columns.map(({ name }, place) => [name, place]));
    return { places, width: columns.length, positional: true };
  }
  const missing = columns.filter((column) => mustBeThere(column) && !found.has(column.name));
  if (missing.length > 0) throw missingColumns(source, line, missing);
  return { places: found, width: cells.length, positional: false };
}

/** Header names are written in many ways: "School_id", "School id", "SCHOOLID". */
export function lettersOf(name: string): string {
  return name.toLowerCase().replace(/[^\p{L}\p{N}]/gu, '');
}

function mustBeThere({ need }: Column): boolean {
  return need !== undefined;
}

function missingColumns({ name }: FileSource, line: number, missing: readonly Column[]): FileRefused {
  const names = missing.map((column) => column.name).join(', ');
  return new FileRefused({
    file: name,
    line,
    field: names,
    problem: missing.length === 1 ? `The column ${names} is missing.` : `The columns ${names} are missing.`,
    advice: 'Check that this is the right file and that its first line names the columns. Then upload again.',
  });
}

function rowOf(
  reading: Reading,
  source: FileSource,
  format: TableFormat,
  header: Header,
  raw: RawRow,
  onLeftOut: OnLeftOut,
): Row | undefined {
  const at = { file: source.name, line: raw.line };
  const { cells } = raw;
  if (header.positional && isDelete(cells.at(-1)) && cells.length < header.width) {
    // Without a header, Action is whatever stands last.
    const last = cells.pop() ?? '';
    while (cells.length < header.width - 1) cells.push('');
    cells.push(last);
  }
  if (cells.length > header.width) {
    const problem = `This row has ${String(cells.length)} values, but the file has ${String(header.width)} columns.`;
    reading.note(at, '', problem, `${MANY_VALUES} ${LEFT_OUT}`);
    onLeftOut(undefined);
    return undefined;
  }
  const long = format.columns.filter(({ name }) => {
    return (cells[header.places.get(name) ?? -1]?.length ?? 0) > LONGEST;
  });
  const row = new Row(at.file, at.line, header.places, cells.map(textOf));
  const fault = faultOf(row, format, header, raw.width, long);
  if (fault) {
    reading.note(at, fault.field, `${fault.field} ${fault.problem}.`, `${fault.advice} ${LEFT_OUT}`);
    onLeftOut(fault.spoilt ? undefined : row);
    return undefined;
  }
  for (const { name } of long) reading.noteEmptied(row, name, tooLong, SHORTEN);
  return row;
}

const MANY_VALUES =
  'A comma, semicolon or tab inside a value splits it in two: put that value in quotation marks and upload again.';
const SHORTEN = 'Shorten it in your system and upload again.';
const FILL_IN = 'Add it in your system and upload again.';
const NOT_BY_EXCEL = 'Export the file again and upload it without opening it in Excel.';

const tooLong = `is longer than ${LONGEST.toLocaleString('en')} characters`;

function textOf(cell: string): string {
  return cell.length > LONGEST ? '' : cleanText(cell);
}

/** Why a row cannot be taken at all. */
interface Fault {
  field: string;
  /** To follow the field's name. */
  problem: string;
  advice: string;
  /** Its ids are not what they were. */
  spoilt?: true;
}

function faultOf(
  row: Row,
  { columns }: TableFormat,
  { width }: Header,
  had: number,
  long: readonly Column[],
): Fault | undefined {
  // Who is to be removed is named by their ids.
  const needed =
    columns.some(({ name }) => name === 'Action') && isDelete(row.of('Action'))
      ? columns.filter(({ id }) => id)
      : columns;
  for (const { name, need, id } of needed) {
    const value = row.of(name);
    if (need === 'value' && long.some((column) => column.name === name))
      return { field: name, problem: tooLong, advice: SHORTEN };
    if (need === 'value' && value === '') {
      const short =
        had < width && had > 1 ? `: the row ends after ${String(had)} of ${String(width)} columns` : '';
      return { field: name, problem: `is empty${short}`, advice: FILL_IN };
    }
    if (id && /^\d(\.\d+)?E\+\d+$/i.test(value))
      return {
        field: name,
        problem: `was changed to ${quoted(value)} by Excel`,
        advice: NOT_BY_EXCEL,
        spoilt: true,
      };
  }
  return undefined;
}

/** Whether a cell is pickAtime's word for a row that removes. */
export function isDelete(cell: string | undefined): boolean {
  return /^(action\s*=\s*)?delete$/i.test(cell?.trim() ?? '');
}
