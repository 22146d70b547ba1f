import type { Encoding } from './decode-file.js';
import type { Problem } from './problem-list.js';
import type { Fault } from './say-file-problem.js';

/** How many cells that swallowed lines, and stray quotation marks, are reported one by one. */
const TOLD = 20;

/** Collects what is wrong with a file's letters and quotation marks. */
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
    this.#tell(line, { code: 'stray quotation mark' });
  }

  swallowed(line: number, lines: number): void {
    this.#tell(line, { code: 'swallowed lines', lines });
  }

  #tell(line: number, fault: Fault): void {
    if (this.#quotes.length < TOLD) this.#quotes.push(this.#at(line, fault));
    else this.#more += 1;
  }

  #at(line: number, fault: Fault): Problem {
    return { file: this.file, line, field: '', fault };
  }

  problems(): Problem[] {
    const { encoding } = this;
    const problems = [...this.#quotes];
    if (this.#more > 0) problems.push(this.#at(0, { code: 'more quotation marks', count: this.#more }));
    if (encoding === 'windows-1252' || encoding === 'macintosh')
      problems.push(this.#at(0, { code: 'old encoding', encoding }));
    const [count, lines] = [this.#letterCount, this.#letters];
    if (count > 0)
      problems.push(this.#at(lines[0] ?? 0, { code: 'letters of another encoding', count, lines }));
    return problems;
  }
}
