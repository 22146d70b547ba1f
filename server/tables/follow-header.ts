import type { ColumnNotes } from './column-notes.js';
import { lettersOf } from './column-names.js';
import { findHeader, missingIn, placesIn, unreadColumns, type Header } from './find-header.js';
import type { FileSource } from './file-source.js';
import type { Reading, Row } from './reading.js';
import type { Fault } from './say-file-problem.js';
import type { RawRow } from './split-rows.js';
import type { TableFormat } from './table-format.js';

/** Receives each row that was left out; undefined if its cells cannot be told apart. */
export type OnLeftOut = (row: Row | undefined) => void;

/** Knows the place of each column, from the header at the top and from headers that are repeated further down. */
export class FollowedHeader {
  header: Header | undefined;
  #again = 0;

  constructor(
    private readonly reading: Reading,
    private readonly source: FileSource,
    private readonly format: TableFormat,
    private readonly notes: ColumnNotes,
    private readonly onLeftOut: OnLeftOut,
  ) {}

  /** Whether a row names every required column. */
  isHeader({ cells }: RawRow): boolean {
    return missingIn(placesIn(cells, this.format.columns), this.format).length === 0;
  }

  /** Takes the header from the first rows. @returns the rows below it */
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
    this.#note(first.line, {
      code: 'above header',
      ...{ cell: first.cells.join(' '), from: first.line, to: last.line },
    });
    // A title fills one cell; a row that fills as many as a person needs may be a person.
    const needed = this.format.columns.filter(({ need }) => need !== undefined).length;
    if (above.some(({ cells }) => cells.filter((cell) => cell.trim() !== '').length >= Math.max(2, needed)))
      this.onLeftOut(undefined);
  }

  /**
   * Whether a row repeats the header, as in files that were pasted together; reported once. If it names the columns in another order, that
   * order applies from there on.
   */
  isHeaderAgain(raw: RawRow): boolean {
    const { header } = this;
    if (!header || header.at < 0) return false;
    const [first] = this.format.columns;
    const place = header.places.get(first?.name ?? '') ?? 0;
    const cell = raw.cells[place] ?? '';
    if (cell === '') return false;
    // Ids have digits, so most rows need no closer look.
    const mayName = cell === header.cells[place] || (cell.length < 50 && !/\d/.test(cell));
    if (!mayName) return false;
    const places = placesIn(raw.cells, this.format.columns);
    if (places.size < 2 || missingIn(places, this.format).length > 0) return false;
    this.#again += 1;
    const isMoved =
      [...places].some(([name, at]) => header.places.get(name) !== at) || places.size !== header.places.size;
    if (isMoved) this.header = { places, width: raw.width, cells: raw.cells, at: header.at };
    if (this.#again === 1 || isMoved)
      this.#note(raw.line, { code: isMoved ? 'header moved' : 'header again' });
    return true;
  }

  #note(line: number, fault: Fault): void {
    this.reading.note({ file: this.source.name, line }, '', fault);
  }
}
