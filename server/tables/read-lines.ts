import { breathe, isDue } from './breathe.js';
import { FileRefused, wholeFile } from './problem-list.js';

/** No roster has a line this long; a zip of a few kilobytes may hold one of 200 MB, which would fill the memory. */
const LONGEST_LINE = 10_000_000;
/** The most separators and quotation marks in a line, each of which may make a cell. */
const MOST_MARKS = 100_000;

/** The lines of a text one after another, with a look ahead. */
export interface Lines {
  /** How many lines were taken. */
  readonly count: number;
  /** Takes the next line; undefined at the end. */
  next(): Promise<string | undefined>;
  /** Reads on until so many lines are available ahead, or all there are. */
  look(lines: number): Promise<void>;
  /** At most so many of the lines that are available ahead. */
  ahead(lines: number): string[];
  /** One line ahead, counted from 0. */
  peek(index: number): string | undefined;
}

/** @throws FileRefused if a line is longer than any roster's */
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
