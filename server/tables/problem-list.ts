/** Something wrong with a row, or with a file (`line` 0), and what a person does about it. */
export interface Problem {
  file: string;
  /** As a text editor counts, from 1; 0 where the whole file is meant. */
  line: number;
  field: string;
  problem: string;
  advice: string;
}

const MOST = 1000;

/** What happens to a row that cannot be taken, as the last sentence of an advice. */
export const LEFT_OUT = 'The row was left out; nobody is removed because of it.';

/** The upload as it stands cannot be used: a file is missing or cannot be read. */
export class FileRefused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.problem);
  }
}

/** What is wrong in an upload: the first 1,000 listed, the others counted. */
export class ProblemList {
  readonly listed: Problem[] = [];
  more = 0;
  /** Something was found for which nothing of the upload may be used. */
  fatal = false;

  add(problem: Problem): void {
    if (this.listed.length < MOST) this.listed.push(problem);
    else this.more += 1;
  }

  /** Few, and true of many rows: they are told however many problems there are. */
  addFirst(problems: readonly Problem[]): void {
    this.listed.unshift(...problems);
    this.more += Math.max(0, this.listed.length - MOST);
    this.listed.length = Math.min(this.listed.length, MOST);
  }

  /** Fatal ones come first: they are what has to be put right. */
  addFatal(problem: Problem): void {
    this.fatal = true;
    this.listed.unshift(problem);
    if (this.listed.length <= MOST) return;
    this.listed.pop();
    this.more += 1;
  }
}

/** A value from a file as it can be shown in a sentence: short, and without line breaks. */
export function quoted(value: string): string {
  const line = value.slice(0, 1000).replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ');
  const letters = [...line.slice(0, 200)];
  return `“${letters.length > 40 ? `${letters.slice(0, 40).join('')}…` : letters.join('')}”`;
}
