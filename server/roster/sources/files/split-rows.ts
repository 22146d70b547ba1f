import { Readable } from 'node:stream';
import { CsvError, parse } from 'csv-parse';
import { decodeFile, type Encoding } from './decode-file.js';
import { FileRefused } from './problem-list.js';
import type { FileSource } from './roster-files.js';

/** A line of a table as it stands in the file; trailing empty cells are dropped. */
export interface RawRow {
  /** Where it begins, as a text editor counts. */
  line: number;
  cells: string[];
  /** How many cells it had, the empty ones at its end too. */
  width: number;
}

/** Characters of the first line that are looked at for the separator. */
const LOOK = 65_536;
/** No roster has such a line; a few kilobytes of a zip may hold one of 200 MB, whose cells would fill the memory. */
const LONGEST_LINE = 10_000_000;
const MOST_CELLS = 100_000;
/** Bytes that a quoted field may run on over line breaks. */
const LARGEST_ROW = 4 * LONGEST_LINE;

/** What is told of a file while its rows are read. */
export interface Counting {
  /** Of each part of it that was read. */
  bytes(count: number): void;
  /** Of each line that holds nothing. */
  blank(): void;
}

/**
 * A file's rows, empty ones left out. The separator (tab, comma or semicolon) is the one that the first line has most of;
 * Excel's own `sep=;` line is obeyed. Quoted fields may hold line breaks; a quotation mark inside a plain field is a letter.
 * @throws FileRefused where a quotation mark is never closed, or a line is longer than any roster's
 */
export async function* splitRows(
  source: FileSource,
  encoding: Encoding,
  count: Counting,
): AsyncGenerator<RawRow, void, undefined> {
  const text = decodeFile(source, encoding, (bytes) => count.bytes(bytes));
  let head = '';
  for (let part = await text.next(); !part.done; part = await text.next()) {
    head += part.value;
    if (head.length >= LOOK || /\S[^\n]*\n/.test(head)) break;
  }
  const announced = /^\s*"?sep=([,;\t|])"?\n?/i.exec(head);
  const body = announced ? head.slice(announced[0].length) : head;
  const skipped = announced ? linesIn(announced[0]) : 0;
  const delimiter = announced?.[1] ?? separatorOf(body);
  const csv = parse({
    delimiter,
    record_delimiter: '\n',
    relax_column_count: true,
    relax_quotes: true,
    max_record_size: LARGEST_ROW,
  });
  // Of a row that is longer or shorter than the first one it makes an error, which nobody sees and which takes forty times as long
  // as a blank line. So it is told that each row is the first.
  Object.defineProperty(csv.info, 'records', { get: () => 0, set: () => undefined });
  const parts = Readable.from(inLines(source.name, delimiter, joined(body, text)));
  parts.on('error', (error) => csv.destroy(error));
  yield* readRows(source.name, parts.pipe(csv) as AsyncIterable<string[]>, skipped, count);
}

async function* readRows(
  file: string,
  records: AsyncIterable<string[]>,
  skipped: number,
  count: Counting,
): AsyncGenerator<RawRow, void, undefined> {
  let before = skipped;
  try {
    for await (const record of records) {
      const line = before + 1;
      // The parser's own count costs seven times the parsing. Each line break that is not in a cell ends a row.
      before = record.reduce((sum, cell) => sum + (cell.includes('\n') ? linesIn(cell) : 0), line);
      const width = record.length;
      while (record.length > 0 && record.at(-1)?.trim() === '') record.pop();
      if (record.length > 0) yield { line, cells: record, width };
      else count.blank();
    }
  } catch (error) {
    if (!(error instanceof CsvError)) throw error;
    throw new FileRefused({
      file,
      line: before + 1,
      field: '',
      problem: 'A quotation mark that opens on this line is never closed, so the rest cannot be read.',
      advice: 'Close or remove the quotation mark, then upload the file again.',
    });
  }
}

async function* joined(head: string, rest: AsyncIterable<string>): AsyncGenerator<string, void, undefined> {
  if (head !== '') yield head;
  yield* rest;
}

/** Hands the text on while its lines have an end. What lies in one part of it needs no look: a part is small. */
async function* inLines(
  file: string,
  delimiter: string,
  text: AsyncIterable<string>,
): AsyncGenerator<string, void, undefined> {
  let [length, cells] = [0, 0];
  for await (const part of text) {
    if (part.includes('\n')) [length, cells] = [0, 0];
    else {
      length += part.length;
      cells += part.split(delimiter).length;
    }
    if (length > LONGEST_LINE || cells > MOST_CELLS)
      throw new FileRefused({
        file,
        line: 0,
        field: '',
        problem: 'A line of the file is far longer than any row of a roster.',
        advice: 'Check that this is the right file, and export it again.',
      });
    yield part;
  }
}

/** The separator that the first line has most of, outside quotation marks; a tab where it has none. */
function separatorOf(text: string): string {
  const line = /\S[^\n]*/.exec(text.replace(/"[^"]*"/g, '""'))?.[0] ?? '';
  const counted = ['\t', ',', ';'].map((mark) => ({ mark, count: line.split(mark).length }));
  return counted.sort((a, b) => b.count - a.count)[0]?.mark ?? '\t';
}

function linesIn(text: string): number {
  return text.split('\n').length - 1;
}
