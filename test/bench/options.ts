import { parseArgs } from 'node:util';

export const BENCHES = [
  'import',
  'unchanged-night',
  'events-night',
  'memory',
  'heavy-pages',
  'booking-rush',
] as const;
export type BenchName = (typeof BENCHES)[number];

/** What a bench is asked for on the command line. */
export interface BenchOptions {
  name: BenchName;
  /** Of the district; for `memory`, of the larger one; for `booking-rush`, families with one child each. */
  students: number;
  /** For `memory`: of the smaller one. */
  fewer: number;
  /** The median of this many counts. */
  runs: number;
  /** Records a page, as CLEVER_PAGE_SIZE. */
  pageSize: number;
  /** Guardians too. */
  contacts: boolean;
  /** A folder for CPU profiles of the processes that import or serve. */
  profile: string | undefined;
  /** For `heavy-pages`: only pages whose address this expression finds. */
  only: RegExp | undefined;
  /** For `heavy-pages`: a folder in which the filled database stays, for the next time. */
  data: string | undefined;
}

export const USAGE = `npm run bench -- ${BENCHES.join('|')} [--students N] [--fewer N] [--runs N] [--page-size N] [--contacts] [--profile FOLDER] [--only PATTERN] [--data FOLDER]`;

/** Of the district, unless it is said. */
const STUDENTS: Partial<Record<BenchName, number>> = {
  memory: 200_000,
  'heavy-pages': 20_000,
  'booking-rush': 150,
};

const text = { type: 'string' } as const;

/**
 * Reads the command line.
 * @throws TypeError, RangeError, SyntaxError with a line for whoever typed it
 */
export function readOptions(args: string[]): BenchOptions {
  const { values, positionals } = parseArgs({
    args,
    allowPositionals: true,
    options: {
      students: text,
      fewer: text,
      runs: text,
      'page-size': text,
      contacts: { type: 'boolean', default: false },
      profile: text,
      only: text,
      data: text,
    },
  });
  const name = BENCHES.find((known) => known === positionals[0]);
  if (!name || positionals.length > 1) throw new RangeError('It is not said which bench.');
  const students = wholeNumber(values.students, STUDENTS[name] ?? 50_000);
  return {
    name,
    students,
    fewer: wholeNumber(values.fewer, Math.max(20, Math.round(students / 10))),
    runs: wholeNumber(values.runs, name === 'memory' ? 1 : 3),
    pageSize: wholeNumber(values['page-size'], 2000),
    contacts: values.contacts,
    profile: values.profile,
    only: values.only === undefined ? undefined : new RegExp(values.only),
    data: values.data,
  };
}

function wholeNumber(given: string | undefined, otherwise: number): number {
  const number = Number(given ?? otherwise);
  if (!Number.isInteger(number) || number < 1) throw new RangeError(`Not a whole number: ${given ?? ''}`);
  return number;
}
