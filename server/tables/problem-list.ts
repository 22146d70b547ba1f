import type { Fault } from './say-file-problem.js';

/** Something wrong with a row, or with a file (`line` 0). */
export interface Problem {
  file: string;
  /** As a text editor counts, from 1; 0 where the whole file is meant. */
  line: number;
  field: string;
  /** What it is; said where it is shown (`sayFileProblem`). */
  fault: Fault;
}

/** Something wrong with a whole file. */
export function wholeFile(file: string, fault: Fault): Problem {
  return { file, line: 0, field: '', fault };
}

const MOST = 1000;
/** Longer lists stand in no sentence. */
const MOST_LISTED = 20;

/** The upload as it stands cannot be used: a file is missing or cannot be read. */
export class FileRefused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.fault.code);
  }
}

/** What is wrong in an upload: the first 1,000 listed, the others counted. */
export class ProblemList {
  readonly listed: Problem[] = [];
  more = 0;
  /** Something was found for which nothing of the upload may be used. */
  fatal = false;

  add(problem: Problem): void {
    if (this.listed.length < MOST) this.listed.push(shortened(problem));
    else this.more += 1;
  }

  /** Few, and true of many rows: they are told however many problems there are. */
  addFirst(problems: readonly Problem[]): void {
    this.listed.unshift(...problems.slice(0, MOST).map(shortened));
    this.more += Math.max(0, this.listed.length - MOST) + Math.max(0, problems.length - MOST);
    this.listed.length = Math.min(this.listed.length, MOST);
  }

  /** Fatal ones come first: they are what has to be put right. */
  addFatal(problem: Problem): void {
    this.fatal = true;
    this.listed.unshift(shortened(problem));
    if (this.listed.length <= MOST) return;
    this.listed.pop();
    this.more += 1;
  }
}

/** A problem that can be stored, whatever stands in the file. */
function shortened({ fault, ...where }: Problem): Problem {
  const values = Object.entries(fault).map(([name, value]: [string, unknown]) => [name, shortValue(value)]);
  return { ...where, fault: Object.fromEntries(values) as Fault };
}

function shortValue(value: unknown): unknown {
  if (typeof value === 'string') return shortText(value);
  return Array.isArray(value) ? value.slice(0, MOST_LISTED).map(shortValue) : value;
}

/** A text from a file as it can be shown in a sentence: short, and without line breaks. */
export function shortText(text: string): string {
  const line = text
    .slice(0, 1000)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim();
  const letters = [...line.slice(0, 200)];
  return letters.length > 40 ? `${letters.slice(0, 40).join('')}…` : letters.join('');
}
