import { decodeFile, type Decoding, type Encoding } from './decode-file.js';
import { FileRefused } from './problem-list.js';
import { readLines, type Lines } from './read-lines.js';
import type { FileSource } from './file-source.js';

/** A row of a table as it is in the file; empty cells at its end are dropped. */
export interface RawRow {
  /** The line where it begins, as in a text editor. */
  line: number;
  cells: string[];
  /** How many cells it had, including the empty ones at its end. */
  width: number;
  /** Whether tabs separate its cells; no cell contains a tab. */
  tabbed: boolean;
}

/** How many lines at the top are examined to find the separator. */
const HEAD = 30;
const SEPARATORS = ['\t', ',', ';', '|'];
/** The most lines over which a quoted field may extend. */
const MOST_LINES = 1000;
const MOST_LETTERS = 1_000_000;

/** Receives what is found while a file's rows are read. */
export interface Counting extends Decoding {
  /** Called for each line that holds nothing. */
  blank(): void;
  /** Called for a quotation mark on this line that nothing closes; it is read as a letter. */
  strayQuote(line: number): void;
  /** Called if the cell that begins on this line contains lines that look like rows. */
  swallowed(line: number, lines: number): void;
}

/**
 * A file's rows without the empty ones. The separator (tab, comma, semicolon or bar) is the one that makes headings of a line at the top,
 * else the most frequent one in most lines; Excel's own `sep=;` line is obeyed. Quoted fields may contain line breaks; a quotation mark
 * inside a plain field is a letter. One that opens a field and would swallow whole rows is a slip, and also a letter.
 * @param isHeading whether a cell is the name of a column that is looked for
 * @throws FileRefused if a quotation mark is never closed, or a line is longer than any roster's
 */
export async function* splitRows(
  source: FileSource,
  encoding: Encoding,
  count: Counting,
  isHeading: (cell: string) => boolean = () => false,
): AsyncGenerator<RawRow, void, undefined> {
  const lines = readLines(source.name, decodeFile(source, encoding, count));
  await lines.look(HEAD);
  const announced = await takeAnnounced(lines);
  const delimiter = announced ?? separatorOf(lines.ahead(HEAD), isHeading);
  const rows = new Rows(source.name, lines, delimiter, count);
  for (let row = await rows.next(); row; row = await rows.next()) {
    const { cells } = row;
    while (cells.length > 0 && cells.at(-1)?.trim() === '') cells.pop();
    if (cells.length > 0) yield row;
    else count.blank();
  }
}

/** Takes Excel's line that names the separator, if the file begins with one. */
async function takeAnnounced(lines: Lines): Promise<string | undefined> {
  const ahead = lines.ahead(HEAD);
  const first = ahead.findIndex((line) => line.trim() !== '');
  const announced = /^\s*"?sep=([,;\t|])"?\s*$/i.exec(ahead[first] ?? '');
  if (!announced) return undefined;
  for (let skipped = 0; skipped <= first; skipped += 1) await lines.next();
  return announced[1];
}

function separatorOf(head: readonly string[], isHeading: (cell: string) => boolean): string {
  const lines = head.map((line) =>
    line.slice(0, 10_000).replace(/"[^"]*"/g, (text) => text.replace(/[\t,;|]/g, ' ')),
  );
  const filled = lines.filter((line) => line.trim() !== '');
  const counted = SEPARATORS.map((mark) => {
    const headings = filled.map((line) => line.split(mark).filter((cell) => isHeading(cell)).length);
    const cells = filled.map((line) => line.split(mark).length).sort((a, b) => a - b);
    const most = Math.max(0, ...headings);
    return {
      mark,
      headings: most > 1 ? most : 0,
      median: cells[cells.length >> 1] ?? 0,
      first: filled[0]?.split(mark).length ?? 0,
    };
  });
  const [best] = counted.sort((a, b) => b.headings - a.headings || b.median - a.median || b.first - a.first);
  return best?.mark ?? '\t';
}

/** Where a quoted field ends that was left open on its line. */
interface Closing {
  /** The line that closes it. */
  line: number;
  /** Whether every line from the opening one on is a row of its own. */
  areRows: boolean;
}

class Rows {
  /** Number of cells of the widest row so far. */
  #width = 0;
  #closing: Closing | undefined;

  constructor(
    private readonly file: string,
    private readonly lines: Lines,
    private readonly delimiter: string,
    private readonly count: Counting,
  ) {}

  async next(): Promise<RawRow | undefined> {
    const text = await this.lines.next();
    if (text === undefined) return undefined;
    const line = this.lines.count;
    if (!text.includes('"')) return this.#row(line, text.split(this.delimiter));
    const parsed = cellsOf(text, this.delimiter);
    if (parsed.open === undefined) return this.#row(line, this.#parted(line, text, parsed.cells));
    const closing = await this.#closingOf(line, text);
    if (!closing.areRows) return this.#joined(line, text, parsed);
    this.count.strayQuote(line);
    return this.#row(line, literalCells(text, this.delimiter));
  }

  #row(line: number, cells: string[]): RawRow {
    this.#width = Math.max(this.#width, cells.length);
    return { line, cells, width: cells.length, tabbed: this.delimiter === '\t' };
  }

  /** Splits a cell that contains a tab: two quotation marks of one line have joined the row's own cells. */
  #parted(line: number, text: string, cells: string[]): string[] {
    if (this.delimiter !== '\t' || cells.length === this.#width) return cells;
    const plain = text.split('\t');
    if (plain.length === cells.length || plain.length !== this.#width) return cells;
    this.count.strayQuote(line);
    return plain.map((cell) => cell.replace(/^"(.*)"$/, '$1').replace(/^"([^"]*)$|^([^"]*)"$/, '$1$2'));
  }

  /** Looks ahead for the line that closes an open field. The answer is remembered, as the same line closes fields that open in between. */
  async #closingOf(line: number, text: string): Promise<Closing> {
    if (this.#closing && this.#closing.line > line) return this.#closing;
    const cells = literalCells(text, this.delimiter).length;
    const width = this.#width || cells;
    let areRows = width > 1 && cells === width;
    let letters = text.length;
    for (let below = 1; below <= MOST_LINES && letters < MOST_LETTERS; below += 1) {
      await this.lines.look(below);
      const next = this.lines.peek(below - 1);
      if (next === undefined) break;
      letters += next.length;
      areRows &&= literalCells(next, this.delimiter).length === width;
      if (closeIn(next, 0, this.delimiter) < 0) continue;
      this.#closing = { line: line + below, areRows };
      return this.#closing;
    }
    throw new FileRefused({
      file: this.file,
      line,
      field: '',
      fault: { code: 'quotation mark never closed' },
    });
  }

  /** The row of a field that extends over several lines, until all of its fields are closed. */
  async #joined(line: number, first: string, begun: Cells): Promise<RawRow> {
    const cells = [...begun.cells];
    let rest = first.slice(begun.open);
    let open = begun.open;
    let text = first;
    // A field whose own first line looks like a row may itself be one.
    let rows = this.#isLikeRow(first) && cells.length !== this.#width - 1 ? 1 : 0;
    for (let letters = 0; open !== undefined && letters < MOST_LETTERS; letters += rest.length) {
      const closing = await this.#closingOf(this.lines.count, text);
      const parts = [rest];
      while (this.lines.count < closing.line) {
        text = (await this.lines.next()) ?? '';
        if (this.#isLikeRow(text)) rows += 1;
        parts.push(text);
      }
      const all = parts.join('\n');
      const parsed = cellsOf(all, this.delimiter);
      cells.push(...parsed.cells);
      open = parsed.open;
      rest = all.slice(open);
    }
    if (rows > 1) this.count.swallowed(line, this.lines.count - line + 1);
    return this.#row(line, cells);
  }

  #isLikeRow(text: string): boolean {
    return this.#width > 1 && literalCells(text, this.delimiter).length >= this.#width;
  }
}

interface Cells {
  cells: string[];
  /** Where the open field begins; it and what follows are not among the cells. */
  open?: number;
}

/** The cells of a text that may contain quoted line breaks, up to a field that is not closed. */
function cellsOf(text: string, delimiter: string): Cells {
  const cells: string[] = [];
  for (let at = 0; ;) {
    let end = text.indexOf(delimiter, at);
    if (text[at] === '"') {
      const close = closeIn(text, at + 1, delimiter);
      if (close < 0) return { cells, open: at };
      cells.push(text.slice(at + 1, close).replaceAll('""', '"'));
      end = close + 1;
    } else {
      if (end < 0) end = text.length;
      cells.push(text.slice(at, end));
    }
    if (end >= text.length) return { cells };
    at = end + 1;
  }
}

/**
 * The place of the quotation mark that closes a field: one that is not doubled, before a separator, a line end or the end of the text. -1
 * if there is none.
 */
function closeIn(text: string, from: number, delimiter: string): number {
  for (let at = text.indexOf('"', from); at >= 0; at = text.indexOf('"', at)) {
    const run = at;
    while (text[at] === '"') at += 1;
    const next = text[at];
    if ((at - run) % 2 === 1 && (next === undefined || next === delimiter || next === '\n')) return at - 1;
  }
  return -1;
}

/** The cells of a line, without the quotation mark that nothing closes. */
function literalCells(text: string, delimiter: string): string[] {
  if (!text.includes('"')) return text.split(delimiter);
  const { cells, open } = cellsOf(text, delimiter);
  return open === undefined ? cells : [...cells, ...text.slice(open + 1).split(delimiter)];
}
