import { breathe, isDue } from './breathe.js';
import { FileRefused, wholeFile } from './problem-list.js';

/** No roster has such a line; a few kilobytes of a zip may hold one of 200 MB, which would fill the memory. */
const LONGEST_LINE = 10_000_000;
/** Separators and quotation marks, each of which may make a cell. */
const MOST_MARKS = 100_000;

/** A text's lines one after the other, with a look at those to come. */
export interface Lines {
  /** How many were taken. */
  readonly count: number;
  /** The next one; undefined at the end. */
  next(): Promise<string | undefined>;
  /** Reads on until so many are ahead, or all there are. */
  look(lines: number): Promise<void>;
  /** At most so many of those that are not taken yet and were looked at. */
  ahead(lines: number): string[];
  /** One of these, from 0 on. */
  peek(index: number): string | undefined;
}

/** @throws FileRefused for a line that is longer than any roster's */
export function readLines(file: string, text: AsyncGenerator<string, void, undefined>): Lines {
  let lines: string[] = [];
  let taken = 0;
  let count = 0;
  let unfinished: string[] = [];
  let length = 0;
  let marks = 0;
  let ended = false;

  async function more(): Promise<void> {
    if (isDue()) await breathe();
    const part = await text.next();
    if (part.done) {
      ended = true;
      const rest = unfinished.join('');
      if (rest !== '') lines.push(rest);
      return;
    }
    const end = part.value.indexOf('\n');
    if (end < 0) {
      unfinished.push(part.value);
      length += part.value.length;
      marks += part.value.split(/[\t,;|"]/).length;
      if (length > LONGEST_LINE || marks > MOST_MARKS) throw tooLong(file);
      return;
    }
    const made = `${unfinished.join('')}${part.value}`.split('\n');
    const last = made.pop() ?? '';
    unfinished = last === '' ? [] : [last];
    [length, marks] = [last.length, 0];
    lines = [...lines.slice(taken), ...made];
    taken = 0;
  }

  return {
    get count() {
      return count;
    },
    async next() {
      // A part of a file may hold sixty thousand lines.
      if (isDue()) await breathe();
      while (taken >= lines.length && !ended) await more();
      const line = lines[taken];
      if (line === undefined) return undefined;
      taken += 1;
      count += 1;
      return line;
    },
    async look(wanted) {
      while (lines.length - taken < wanted && !ended) await more();
    },
    ahead: (wanted) => lines.slice(taken, taken + wanted),
    peek: (index) => lines[taken + index],
  };
}

function tooLong(file: string): FileRefused {
  return new FileRefused(wholeFile(file, { code: 'endless line' }));
}
