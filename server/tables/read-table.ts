import { isDelete, isNoName, isTotal, removes } from './check-row.js';
import { cleanCell, type CleanCell } from './clean-cell.js';
import type { ColumnNotes } from './column-notes.js';
import { lettersOf } from './column-names.js';
import { detectEncoding } from './decode-file.js';
import {
  findHeader,
  HEAD_ROWS,
  headingOf,
  missingIn,
  placesIn,
  unreadColumns,
  type Header,
} from './find-header.js';
import { LEFT_OUT, quoted } from './problem-list.js';
import { LIMITS, Row, type Reading } from './reading.js';
import type { FileSource } from './file-source.js';
import { splitRows, type Counting, type RawRow } from './split-rows.js';
import type { Column, TableFormat } from './table-format.js';
import { FileSlips } from './file-slips.js';
import { number } from '../web/format-count.js';

/** Longer than any field of a real roster. */
const LONGEST = 1000;
/** Cells of a column that were cleaned are remembered: schools, grades and ids of classes stand in it again and again. */
const REMEMBERED = 2000;

/** Told of each row that was left out; of none where its cells cannot be told apart. */
type OnLeftOut = (row: Row | undefined) => void;

/**
 * The rows of one table of the upload that can be used; nothing where it has no such file. What is wrong in the others is
 * noted, what was done to a column's cells once for the column.
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
  const slips = new FileSlips(source.name, encoding);
  const notes = reading.notesOf(source.name);
  const counting: Counting = {
    bytes: (count) => reading.countBytes(source, count),
    blank: () => reading.countBlank(source),
    slip: (line) => slips.letter(line),
    strayQuote: (line) => slips.quote(line),
    swallowed: (line, lines) => {
      slips.swallowed(line, lines);
      onLeftOut(undefined);
    },
  };
  const reader = new TableReader(reading, source, format, notes, onLeftOut);
  const most = format.ties ? LIMITS.rowsOfTies : LIMITS.rowsOfFile;
  const head: RawRow[] = [];
  try {
    for await (const raw of splitRows(source, encoding, counting, headingOf(format.columns))) {
      if (!reader.header && head.push(raw) < HEAD_ROWS && !reader.isHeader(raw)) continue;
      for (const row of reader.header ? [raw] : reader.begin(head)) {
        if (reader.isHeaderAgain(row)) continue;
        reading.countRow(source, most);
        const made = reader.rowOf(row);
        if (made) yield made;
      }
    }
    if (!reader.header && (head.length > 0 || !format.headerless))
      for (const row of reader.begin(head)) {
        reading.countRow(source, most);
        const made = reader.rowOf(row);
        if (made) yield made;
      }
  } finally {
    for (const problem of slips.problems()) reading.problems.add(problem);
  }
}

/** Why a row cannot be taken at all. */
interface Fault {
  field: string;
  /** To follow the field's name. */
  problem: string;
  advice: string;
}

const NONE: readonly string[] = [];

/** Makes rows of a file's lines, once its header is known. */
class TableReader {
  header: Header | undefined;
  readonly #remembered = new Map<string, Map<string, CleanCell>>();
  readonly #order: ReadonlyMap<string, number>;
  #again = 0;
  /** A row was no wider than the header: wider ones are no habit of whoever made the file. */
  #isTight = false;

  constructor(
    private readonly reading: Reading,
    private readonly source: FileSource,
    private readonly format: TableFormat,
    private readonly notes: ColumnNotes,
    private readonly onLeftOut: OnLeftOut,
  ) {
    this.#order = new Map(format.columns.map(({ name }, place) => [name, place]));
  }

  /** Whether a row at the head names every column that must be there. */
  isHeader({ cells }: RawRow): boolean {
    return missingIn(placesIn(cells, this.format.columns), this.format).length === 0;
  }

  /** Takes the header from the rows at the head. @returns those below it */
  begin(head: readonly RawRow[]): RawRow[] {
    const header = findHeader(this.source, this.format, head);
    this.#use(header, head[header.at]?.line ?? 1);
    const above = head.slice(0, Math.max(0, header.at));
    this.#tellAbove(above);
    return head.slice(header.at + 1);
  }

  #use(header: Header, line: number): void {
    this.header = header;
    for (const [name, place] of header.places) {
      const cell = header.cells[place] ?? '';
      if (cell !== '' && lettersOf(cell) !== lettersOf(name))
        this.notes.add(name, 'heading', line, cell, name);
    }
    const unread = unreadColumns(header, this.format);
    for (const [place, cell] of unread)
      this.notes.add(`Column ${String(place + 1)}`, 'not read', line, cell, '');
  }

  #tellAbove(above: readonly RawRow[]): void {
    const [first, last] = [above[0], above.at(-1)];
    if (!first || !last) return;
    const where =
      first === last
        ? `Line ${String(first.line)} stands`
        : `Lines ${String(first.line)} to ${String(last.line)} stand`;
    this.reading.note(
      { file: this.source.name, line: first.line },
      '',
      `${where} above the names of the columns and ${first === last ? 'was' : 'were'} not read: ${quoted(first.cells.join(' ').trim())}.`,
      'Nothing to do if this is a title. Otherwise move the names of the columns to the first line.',
    );
    // A title fills one cell; what fills as many as a person does may be one.
    const needed = this.format.columns.filter(({ need }) => need !== undefined).length;
    if (above.some(({ cells }) => cells.filter((cell) => cell.trim() !== '').length >= Math.max(2, needed)))
      this.onLeftOut(undefined);
  }

  /**
   * Whether a row is the header once more, as where files were pasted together: told once. From one that names the columns in another
   * order on, that order counts.
   */
  isHeaderAgain(raw: RawRow): boolean {
    const { header } = this;
    if (!header || header.at < 0) return false;
    const [first] = this.format.columns;
    const place = header.places.get(first?.name ?? '') ?? 0;
    const cell = raw.cells[place] ?? '';
    const isName =
      cell !== '' &&
      (cell === header.cells[place] ||
        (cell.length < 50 && placesIn(raw.cells, this.format.columns).size > 1));
    if (!isName || !this.isHeader(raw)) return false;
    this.#again += 1;
    const places = placesIn(raw.cells, this.format.columns);
    const isMoved =
      [...places].some(([name, at]) => header.places.get(name) !== at) || places.size !== header.places.size;
    if (isMoved) this.header = { places, width: raw.width, cells: raw.cells, at: header.at };
    if (this.#again === 1 || isMoved)
      this.reading.note(
        { file: this.source.name, line: raw.line },
        '',
        `This line names the columns again${isMoved ? ', in another order' : ''}, so it was not read as a row.`,
        isMoved ? 'Check that the rows below it belong to this file.' : 'Nothing to do.',
      );
    return true;
  }

  /** A row that can be used; what is wrong with another is noted. */
  rowOf(raw: RawRow): Row | undefined {
    const { header } = this;
    if (!header) return undefined;
    const { cells, line } = raw;
    const at = { file: this.source.name, line };
    if (isTotal(cells)) {
      this.reading.note(
        at,
        '',
        `This row seems to be a total: ${quoted(cells.join(' ').trim())}.`,
        `Delete it, or correct the row. ${LEFT_OUT}`,
      );
      this.onLeftOut(undefined);
      return undefined;
    }
    if (header.at < 0 && isDelete(cells.at(-1)) && cells.length < header.width) {
      // Without a header, Action is whatever stands last.
      const last = cells.pop() ?? '';
      while (cells.length < header.width - 1) cells.push('');
      cells.push(last);
    }
    // A value split in two moves the others, though the last ones be blank; a longer tail of blanks is what spreadsheets leave.
    const isMoved = this.#isTight && raw.width <= header.width + 2;
    const values = isMoved ? raw.width : cells.length;
    if (raw.width <= header.width) this.#isTight = true;
    if (values > header.width && (header.at < 0 || !raw.tabbed)) {
      const problem = `This row has ${String(values)} values, but the file has ${String(header.width)} columns.`;
      this.reading.note(at, '', problem, `${MANY_VALUES} ${LEFT_OUT}`);
      this.onLeftOut(undefined);
      return undefined;
    }
    this.#tellUnnamed(header, raw);
    const long: string[] = [];
    const spoilt = new Map<string, string>();
    const lost: string[] = [];
    const cleaned: string[] = [];
    for (const column of this.format.columns) {
      const cell = cells[header.places.get(column.name) ?? -1] ?? '';
      const at = cleaned.push('') - 1;
      if (cell === '') continue;
      if (cell.length > LONGEST) {
        long.push(column.name);
        continue;
      }
      const clean = this.#clean(column, cell);
      for (const note of clean.notes) this.notes.add(column.name, note, line, cell, clean.value);
      if (clean.spoilt) spoilt.set(column.name, clean.spoilt);
      if (column.holds === 'day') this.notes.day(column.name, line, clean.value);
      if (clean.spoilt) continue;
      if (clean.value !== '') cleaned[at] = clean.value;
      else if (clean.notes.length > 0) lost.push(column.name);
    }
    const row = new Row(at.file, line, this.#order, cleaned, lost.length > 0 ? lost : NONE);
    const fault = this.#faultOf(row, header, raw, { long, spoilt });
    if (fault) {
      this.reading.note(at, fault.field, `${fault.field} ${fault.problem}.`, `${fault.advice} ${LEFT_OUT}`);
      this.onLeftOut(row);
      return undefined;
    }
    for (const name of long) this.reading.noteEmptied(row, name, tooLong, SHORTEN);
    return row;
  }

  #clean(column: Column, cell: string): CleanCell {
    const known = this.#remembered.get(column.name) ?? new Map<string, CleanCell>();
    this.#remembered.set(column.name, known);
    const before = known.get(cell);
    if (before) return before;
    const clean = cleanCell(cell, column);
    if (known.size < REMEMBERED) known.set(cell, clean);
    return clean;
  }

  #tellUnnamed({ cells: names, at, width }: Header, { cells, line }: RawRow): void {
    if (at < 0 || (cells.length <= names.length && !names.includes(''))) return;
    for (let place = 0; place < Math.min(cells.length, width + 20); place += 1)
      if ((names[place] ?? '').trim() === '' && (cells[place] ?? '').trim() !== '')
        this.notes.add(`Column ${String(place + 1)}`, 'no heading', line, cells[place] ?? '', '');
  }

  #faultOf(
    row: Row,
    { width, cells: names }: Header,
    raw: RawRow,
    { long, spoilt }: { long: readonly string[]; spoilt: ReadonlyMap<string, string> },
  ): Fault | undefined {
    const { columns, oneOf, key } = this.format;
    const isRemoved = removes(row);
    const columnsHad = names.length || width;
    const short =
      raw.width < columnsHad && raw.width > 1
        ? `: the row ends after ${String(raw.width)} of ${String(columnsHad)} columns`
        : '';
    for (const { name, need, words } of columns) {
      const value = row.of(name);
      if (words && value !== '' && !words.test(value))
        return {
          field: name,
          problem: `is ${quoted(value)}, which Slotbell does not know`,
          advice: KNOWN_WORD[name] ?? FILL_IN,
        };
      if (isRemoved && !key.includes(name)) continue;
      const changed = spoilt.get(name);
      if (changed !== undefined) return { field: name, problem: changed, advice: NOT_BY_EXCEL };
      if (need !== 'value' || value !== '') continue;
      if (long.includes(name)) return { field: name, problem: tooLong, advice: SHORTEN };
      return { field: name, problem: `is empty${short}`, advice: FILL_IN };
    }
    if (isRemoved || !oneOf) return undefined;
    const cut = oneOf.find((name) => long.includes(name));
    if (cut) return { field: cut, problem: tooLong, advice: SHORTEN };
    const noName = oneOf.find((name) => isNoName(row.of(name)));
    if (noName)
      return {
        field: noName,
        problem: `is ${quoted(row.of(noName))}, which is not a name`,
        advice: RIGHT_COLUMNS,
      };
    if (oneOf.some((name) => row.of(name) !== '')) return undefined;
    const field = oneOf.find((name) => /last|family/i.test(name)) ?? oneOf[0] ?? '';
    return { field, problem: `is empty${short}`, advice: FILL_IN };
  }
}

const MANY_VALUES =
  'A comma, semicolon or tab inside a value splits it in two: put that value in quotation marks and upload again.';
const RIGHT_COLUMNS = 'Check that each value stands in its own column, and upload again.';
const KNOWN_WORD: Readonly<Record<string, string>> = {
  Action: 'Write delete to remove, or leave it blank, and upload again.',
  status: 'Write active or tobedeleted, and upload again.',
};
const SHORTEN = 'Shorten it in your system and upload again.';
const FILL_IN = 'Add it in your system and upload again.';
const NOT_BY_EXCEL = 'Export the file again and upload it without opening it in Excel.';

const tooLong = `is longer than ${number(LONGEST)} characters`;
