import type { Encoding } from './decode-file.js';
import type { Problem } from './problem-list.js';
import { number } from '../web/format-count.js';

const ENCODINGS: Partial<Record<Encoding, string>> = {
  'windows-1252': 'Windows-1252, the way older versions of Excel write',
  macintosh: 'Mac Roman, the way Excel on older Macs writes',
};
/** So many cells that swallowed lines, and stray quotation marks, are told one by one. */
const TOLD = 20;

/** What is told of a file's letters and quotation marks. */
export class FileSlips {
  #letters: number[] = [];
  #letterCount = 0;
  readonly #quotes: Problem[] = [];
  #more = 0;

  constructor(
    private readonly file: string,
    private readonly encoding: Encoding,
  ) {}

  letter(line: number): void {
    this.#letterCount += 1;
    if (this.#letters.length < 5 && this.#letters.at(-1) !== line) this.#letters.push(line);
  }

  quote(line: number): void {
    this.#tell({
      file: this.file,
      line,
      field: '',
      problem: 'A quotation mark on this line has no other one that closes it, so it was left out.',
      advice: 'Check the row. Remove the quotation mark in your system and upload again.',
    });
  }

  swallowed(line: number, lines: number): void {
    this.#tell({
      file: this.file,
      line,
      field: '',
      problem: `A quotation mark on this line makes one value of ${number(lines)} lines, which look like rows of their own.`,
      advice: 'Remove the quotation mark and upload again. Nobody is removed because of it.',
    });
  }

  #tell(problem: Problem): void {
    if (this.#quotes.length < TOLD) this.#quotes.push(problem);
    else this.#more += 1;
  }

  problems(): Problem[] {
    const at = { file: this.file, field: '' };
    const problems = [...this.#quotes];
    if (this.#more > 0)
      problems.push({
        ...at,
        line: 0,
        problem: `${number(this.#more)} more lines have a quotation mark that nothing closes.`,
        advice: 'Export the file again, with quotation marks doubled or left out.',
      });
    const other = ENCODINGS[this.encoding];
    if (other)
      problems.push({
        ...at,
        line: 0,
        problem: `This file is not UTF-8. It was read as ${other}.`,
        advice:
          'Look at some names with accents. If they are wrong, export the file as UTF-8 and upload again.',
      });
    const [line = 0] = this.#letters;
    if (line > 0)
      problems.push({
        ...at,
        line,
        problem:
          this.#letterCount === 1
            ? 'A letter on this line is not UTF-8 like the rest of the file. It was read as Windows-1252.'
            : `${number(this.#letterCount)} letters are not UTF-8 like the rest of the file, the first ones on lines ${this.#letters.join(', ')}. They were read as Windows-1252.`,
        advice: 'Look at the names there. If they are wrong, correct them in your system and upload again.',
      });
    return problems;
  }
}
