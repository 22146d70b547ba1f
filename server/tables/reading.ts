import { ColumnNotes } from './column-notes.js';
import type { TableFormat } from './table-format.js';
import { FileRefused, wholeFile, type ProblemList } from './problem-list.js';
import type { FileSource } from './file-source.js';
import { strangerProblem } from './match-tables.js';
import type { Fault } from './say-file-problem.js';

/** The most that one upload may hold, and one file. */
export const LIMITS = {
  bytes: 200_000_000,
  rows: 2_000_000,
  rowsOfFile: 500_000,
  rowsOfTies: 2_000_000,
  /** People, classes, terms and whatever else has its own id: they stay in memory while the rows are read. */
  records: 200_000,
  /** Entries of lists within cells: schools of users, terms of classes. */
  listed: 3_000_000,
  blankLines: 1_000_000,
  /** Bytes of memory for the texts of rows, apart from rows that only tie records of other files. */
  text: 100_000_000,
};

/** One row of a table, by column name. Each value is one line of text; '' if the cell is empty. */
export class Row {
  readonly #order: ReadonlyMap<string, number>;
  readonly #values: readonly string[];
  readonly #lost: readonly string[];

  constructor(
    readonly file: string,
    readonly line: number,
    /** The places of the columns among the values. */
    order: ReadonlyMap<string, number>,
    values: readonly string[],
    lost: readonly string[],
  ) {
    this.#order = order;
    this.#values = values;
    this.#lost = lost;
  }

  of(column: string): string {
    return this.#values[this.#order.get(column) ?? -1] ?? '';
  }

  /** The row with a single column, for files whose rows are all kept. */
  only(column: string): Row {
    const lost = this.hasLost(column) ? [column] : NO_COLUMNS;
    return new Row(this.file, this.line, orderOf(column), [this.of(column)], lost);
  }

  /** Whether the cell held something that cannot be understood, so that the fact is unknown. */
  hasLost(column: string): boolean {
    return this.#lost.includes(column);
  }
}

const NO_COLUMNS: readonly string[] = [];
const ORDERS = new Map<string, ReadonlyMap<string, number>>();

function orderOf(column: string): ReadonlyMap<string, number> {
  const known = ORDERS.get(column) ?? new Map([[column, 0]]);
  ORDERS.set(column, known);
  return known;
}

/** The reading of one upload: its files by table, the problems in them, and how much of the limits is used. */
export class Reading {
  readonly files = new Map<string, { name: string; bytes: number; rows: number }>();
  /** Whether the files hold all there is. */
  isWhole = false;
  readonly #notes = new Map<string, ColumnNotes>();
  #bytes = 0;
  readonly #total: number;
  #rows = 0;
  #records = 0;
  #listed = 0;
  #blankLines = 0;
  #text = 0;

  constructor(
    readonly tables: Readonly<Record<string, TableFormat>>,
    readonly sources: ReadonlyMap<string, FileSource>,
    /** Files with an unknown purpose, reported at the end. */
    readonly strangers: FileSource[],
    readonly problems: ProblemList,
    private readonly onRead: (bytes: number, total: number) => void,
  ) {
    this.#total = [...sources.values()].reduce((sum, { bytes }) => sum + bytes, 0);
  }

  has(table: string): boolean {
    return this.sources.has(table);
  }

  /** Notes a problem with a row. */
  note(row: Pick<Row, 'file' | 'line'>, field: string, fault: Fault): void {
    this.problems.add({ file: row.file, line: row.line, field, fault });
  }

  /** Notes that a file names its columns but has no rows, while other files have what it would tie. */
  noteNoRows(table: string): void {
    const source = this.sources.get(table);
    if (!source || this.files.get(source.name)?.rows) return;
    this.note({ file: source.name, line: 0 }, '', { code: 'no rows' });
  }

  /** The notes on a file's columns, reported once for each. */
  notesOf(file: string): ColumnNotes {
    const known = this.#notes.get(file) ?? new ColumnNotes();
    this.#notes.set(file, known);
    return known;
  }

  /** Notes an id that names a record only when capitals, spaces and leading zeros are ignored. */
  noteAlike(row: Row, field: string, recordId: string): void {
    const raw = recordId.slice(recordId.indexOf(':') + 1);
    this.notesOf(row.file).add(field, 'lost zeros', row.line, row.of(field), raw);
  }

  /** Puts the notes on whole files and columns before the problems of single rows; called once, at the end. */
  tellNotes(): void {
    const strangers = this.strangers.map((source) => strangerProblem(source, this.tables));
    const columns = [...this.#notes].flatMap(([file, notes]) => notes.problems(file));
    this.problems.addFirst([...strangers, ...columns]);
    this.#notes.clear();
  }

  /** @throws FileRefused if the upload is larger than Slotbell reads */
  countBytes(source: FileSource, count: number): void {
    this.#bytes += count;
    this.#ofFile(source).bytes += count;
    this.onRead(count, this.#total);
    if (this.#bytes > LIMITS.bytes) throw tooMuch(source, { code: 'too large', most: LIMITS.bytes });
  }

  /** @throws FileRefused if the upload is larger than Slotbell reads */
  countRow(source: FileSource, most: number): void {
    this.#rows += 1;
    const file = this.#ofFile(source);
    file.rows += 1;
    if (file.rows > most) throw tooMuch(source, { code: 'too many rows in a file', most });
    if (this.#rows > LIMITS.rows) throw tooMuch(source, { code: 'too many rows', most: LIMITS.rows });
  }

  /** @throws FileRefused if the upload is larger than Slotbell reads */
  countRecord(): void {
    this.#records += 1;
    if (this.#records <= LIMITS.records) return;
    throw tooMuch(this.#lastFile, { code: 'too many records', most: LIMITS.records });
  }

  /** Uncounts a record that was counted before its id was known: it is counted again under the id. */
  discountRecord(): void {
    this.#records -= 1;
  }

  /**
   * Counts a list within a cell: short entries make a small file large in memory.
   * @throws FileRefused if all of them together are more than Slotbell reads
   */
  counted(list: string[]): string[] {
    this.#listed += list.length;
    if (this.#listed > LIMITS.listed) throw tooMuch(this.#lastFile, { code: 'lists too long' });
    return list;
  }

  /** @throws FileRefused if the upload has more blank lines than any spreadsheet leaves */
  countBlank(source: FileSource): void {
    this.#blankLines += 1;
    if (this.#blankLines <= LIMITS.blankLines) return;
    throw tooMuch(source, { code: 'too many blank lines', most: LIMITS.blankLines });
  }

  /** @throws FileRefused if the upload holds more text than Slotbell keeps in memory */
  countText(source: FileSource, bytes: number): void {
    this.#text += bytes;
    if (this.#text > LIMITS.text) throw tooMuch(source, { code: 'too much text' });
  }

  /** Reports progress during look-ups, which read no bytes. */
  tellProgress(): void {
    this.onRead(0, this.#total);
  }

  get #lastFile(): Pick<FileSource, 'name'> {
    return { name: [...this.files.keys()].at(-1) ?? '' };
  }

  #ofFile({ name }: FileSource) {
    const known = this.files.get(name);
    if (known) return known;
    const fresh = { name, bytes: 0, rows: 0 };
    this.files.set(name, fresh);
    return fresh;
  }
}

function tooMuch({ name }: Pick<FileSource, 'name'>, fault: Fault): FileRefused {
  return new FileRefused(wholeFile(name, fault));
}
