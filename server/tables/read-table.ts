import { FileSlips } from './file-slips.js';
import type { FileSource } from './file-source.js';
import { HEAD_ROWS, headingOf } from './find-header.js';
import { FollowedHeader, type OnLeftOut } from './follow-header.js';
import { lookAtFile } from './look-at-file.js';
import { RowMaker } from './make-row.js';
import { LIMITS, type Reading, type Row } from './reading.js';
import { splitRows, type Counting, type RawRow } from './split-rows.js';

/**
 * The usable rows of one table of the upload; none if it has no such file. Problems of the other rows are noted, and what was done to a
 * column's cells once for the column.
 * @throws FileRefused if the file cannot be read or lacks a required column
 */
export async function* readTable(
  reading: Reading,
  table: string,
  onLeftOut: OnLeftOut = () => undefined,
): AsyncGenerator<Row, void, undefined> {
  const source = reading.sources.get(table);
  const format = reading.tables[table];
  if (!source || !format) return;
  const { encoding, dayFirst } = await lookAtFile(source, format);
  const slips = new FileSlips(source.name, encoding);
  const notes = reading.notesOf(source.name);
  notes.dayFirst = dayFirst;
  const header = new FollowedHeader(reading, source, format, notes, onLeftOut);
  const rows = new RowMaker(reading, source, format, notes, onLeftOut);
  const most = format.ties ? LIMITS.rowsOfTies : LIMITS.rowsOfFile;
  const take = (raw: RawRow): Row | undefined => {
    if (!header.header || header.isHeaderAgain(raw)) return undefined;
    reading.countRow(source, most);
    return rows.rowOf(header.header, raw);
  };
  const counting = countingOf(reading, source, slips, onLeftOut);
  const head: RawRow[] = [];
  try {
    for await (const raw of splitRows(source, encoding, counting, headingOf(format.columns))) {
      if (!header.header && head.push(raw) < HEAD_ROWS && !header.isHeader(raw)) continue;
      for (const each of header.header ? [raw] : header.begin(head)) {
        const row = take(each);
        if (row) yield row;
      }
    }
    if (!header.header && (head.length > 0 || !format.headerless))
      for (const each of header.begin(head)) {
        const row = take(each);
        if (row) yield row;
      }
  } finally {
    for (const problem of slips.problems()) reading.problems.add(problem);
  }
}

function countingOf(reading: Reading, source: FileSource, slips: FileSlips, onLeftOut: OnLeftOut): Counting {
  return {
    bytes: (count) => reading.countBytes(source, count),
    blank: () => reading.countBlank(source),
    slip: (line) => slips.letter(line),
    strayQuote: (line) => slips.quote(line),
    swallowed: (line, lines) => {
      slips.swallowed(line, lines);
      onLeftOut(undefined);
    },
  };
}
