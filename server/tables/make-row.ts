import { isDelete, isTotal } from './check-row.js';
import { cleanCell, type CleanCell } from './clean-cell.js';
import type { ColumnNotes } from './column-notes.js';
import { findFault, LONGEST } from './find-fault.js';
import type { Header } from './find-header.js';
import type { OnLeftOut } from './follow-header.js';
import type { FileSource } from './file-source.js';
import { turnDay } from './note-days.js';
import { bytesHeldBy, ownText } from './own-text.js';
import { Row, type Reading } from './reading.js';
import type { Fault } from './say-file-problem.js';
import type { RawRow } from './split-rows.js';
import type { Column, TableFormat } from './table-format.js';

/** How many cleaned cells of a column are remembered, as schools, grades and class ids repeat. */
const REMEMBERED = 2000;
const NONE: readonly string[] = [];

interface KnownCell extends CleanCell {
  /** How many bytes the value takes in memory. */
  bytes: number;
}

/** Whether a cell that became blank held something unreadable. A placeholder for an address says that there is none. */
function isLost({ holds }: Column, { notes }: CleanCell): boolean {
  return holds === 'email' ? notes.includes('no address') : notes.length > 0;
}

/** Makes rows of a file's lines. */
export class RowMaker {
  readonly #remembered = new Map<string, Map<string, KnownCell>>();
  readonly #order: ReadonlyMap<string, number>;
  /** Whether a row was as narrow as the header: then a wider row is a slip. */
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

  /** The row, if it can be used; otherwise its fault is noted. */
  rowOf(header: Header, raw: RawRow): Row | undefined {
    const { cells, line } = raw;
    const at = { file: this.source.name, line };
    if (isTotal(cells)) {
      this.reading.note(at, '', { code: 'total', cell: cells.join(' ') });
      this.onLeftOut(undefined);
      return undefined;
    }
    if (header.at < 0 && isDelete(cells.at(-1)) && cells.length < header.width) {
      // Without a header, Action is the last cell.
      const last = cells.pop() ?? '';
      while (cells.length < header.width - 1) cells.push('');
      cells.push(last);
    }
    // A value that was split in two moves the others, even if the last ones are blank; spreadsheets leave longer tails of blanks.
    const isMoved = this.#isTight && raw.width <= header.width + 2;
    const values = isMoved ? raw.width : cells.length;
    if (raw.width <= header.width) this.#isTight = true;
    if (values > header.width && (header.at < 0 || !raw.tabbed)) {
      this.reading.note(at, '', { code: 'too many values', values, columns: header.width });
      this.onLeftOut(undefined);
      return undefined;
    }
    this.#tellUnnamed(header, raw);
    const long: string[] = [];
    const spoilt = new Map<string, Fault>();
    const lost: string[] = [];
    const cleaned: string[] = [];
    let bytes = 0;
    for (const column of this.format.columns) {
      const cell = cells[header.places.get(column.name) ?? -1] ?? '';
      const at = cleaned.push('') - 1;
      if (cell === '') continue;
      if (cell.length > LONGEST) {
        // What it says is unknown, which is not the same as blank.
        long.push(column.name);
        lost.push(column.name);
        continue;
      }
      const clean = this.#clean(column, cell);
      for (const note of clean.notes) this.notes.add(column.name, note, line, cell, clean.value);
      if (clean.spoilt) {
        spoilt.set(column.name, { code: clean.spoilt, cell: clean.value });
        continue;
      }
      bytes += clean.bytes;
      if (clean.value !== '') cleaned[at] = this.#dayOf(column, line, clean.value);
      else if (isLost(column, clean)) lost.push(column.name);
    }
    if (!this.format.ties) this.reading.countText(this.source, bytes);
    const row = new Row(at.file, line, this.#order, cleaned, lost.length > 0 ? lost : NONE);
    const fault = findFault(this.format, row, header, raw, { long, spoilt });
    if (fault) {
      this.reading.note(at, fault.field, fault.fault);
      this.onLeftOut(row);
      return undefined;
    }
    for (const name of long) this.reading.note(row, name, { code: 'too long', most: LONGEST, lost: 'value' });
    return row;
  }

  #dayOf({ name, holds }: Column, line: number, value: string): string {
    if (holds !== 'day') return value;
    this.notes.day(name, line, value);
    return this.notes.dayFirst.has(name) ? turnDay(value) : value;
  }

  #clean(column: Column, cell: string): KnownCell {
    const known = this.#remembered.get(column.name) ?? new Map<string, KnownCell>();
    this.#remembered.set(column.name, known);
    const before = known.get(cell);
    if (before) return before;
    const clean = cleanCell(cell, column);
    const value = ownText(clean.value);
    const made = { ...clean, value, bytes: bytesHeldBy(value) };
    if (known.size < REMEMBERED) known.set(ownText(cell), made);
    return made;
  }

  #tellUnnamed({ cells: names, at, width }: Header, { cells, line }: RawRow): void {
    if (at < 0 || (cells.length <= names.length && !names.includes(''))) return;
    for (let place = 0; place < Math.min(cells.length, width + 20); place += 1)
      if ((names[place] ?? '').trim() === '' && (cells[place] ?? '').trim() !== '')
        this.notes.add(`Column ${String(place + 1)}`, 'no heading', line, cells[place] ?? '', '');
  }
}
