import type { Fault } from './say-file-problem.js';

/** A problem with a row, or with a file (`line` 0). */
export interface Problem {
  file: string;
  /** The line in a text editor, from 1; 0 for the whole file. */
  line: number;
  field: string;
  /** What is wrong; `sayFileProblem` puts it into words. */
  fault: Fault;
}

/** A problem with a whole file. */
export function wholeFile(file: string, fault: Fault): Problem {
  return { file, line: 0, field: '', fault };
}

const MOST = 1000;
/** Sentences name at most so many items. */
const MOST_LISTED = 20;

/** The upload cannot be used as it is: a file is missing or unreadable. */
export class FileRefused extends Error {
  constructor(readonly problem: Problem) {
    super(problem.fault.code);
  }
}

/** The problems of an upload: the first 1,000 are listed, the others counted. */
export class ProblemList {
  readonly listed: Problem[] = [];
  more = 0;
  /** Whether a problem prevents the whole upload from being used. */
  fatal = false;

  add(problem: Problem): void {
    if (this.listed.length < MOST) this.listed.push(shortened(problem));
    else this.more += 1;
  }

  /** Adds problems that each apply to many rows, at the front: they are few, and shown however many others there are. */
  addFirst(problems: readonly Problem[]): void {
    this.listed.unshift(...problems.slice(0, MOST).map(shortened));
    this.more += Math.max(0, this.listed.length - MOST) + Math.max(0, problems.length - MOST);
    this.listed.length = Math.min(this.listed.length, MOST);
  }

  /** Adds a problem that prevents the upload, at the front, as it must be fixed first. */
  addFatal(problem: Problem): void {
    this.fatal = true;
    this.listed.unshift(shortened(problem));
    if (this.listed.length <= MOST) return;
    this.listed.pop();
    this.more += 1;
  }
}

/** Shortens a problem so that it can be stored, whatever the file holds. */
function shortened({ fault, ...where }: Problem): Problem {
  const values = Object.entries(fault).map(([name, value]: [string, unknown]) => [name, shortValue(value)]);
  return { ...where, fault: Object.fromEntries(values) as Fault };
}

function shortValue(value: unknown): unknown {
  if (typeof value === 'string') return shortText(value);
  return Array.isArray(value) ? value.slice(0, MOST_LISTED).map(shortValue) : value;
}

/** A text from a file, short and without line breaks, for a sentence. */
export function shortText(text: string): string {
  const line = text
    .slice(0, 1000)
    .replace(/[\p{Cc}\p{Cf}\u2028\u2029]+/gu, ' ')
    .trim();
  const letters = [...line.slice(0, 200)];
  return letters.length > 40 ? `${letters.slice(0, 40).join('')}…` : letters.join('');
}
