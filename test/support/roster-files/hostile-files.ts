import type { FileFormat } from '../../../server/models/account.js';
import { CLEVER_FILES, PICKATIME_FILES, type Contents } from './files.js';
import { ONEROSTER_FILES } from './oneroster-files.js';

/**
 * What happens to a file. `as is`: taken, with nothing to tell. `told`: taken, and the page tells how it was understood. `left out`: the
 * row is left out, and nobody leaves because of it. `asked`: nothing is taken until somebody answers a question.
 */
export type Verdict = 'as is' | 'told' | 'left out' | 'asked';

/** A file that a hurried secretary, or a spreadsheet, sends. */
export interface Hostile {
  /** The kind's number in the list of cases. */
  kind: string;
  name: string;
  format: FileFormat;
  files: Contents;
  verdict: Verdict;
  /** What is told, as `shortly` writes it. */
  says?: RegExp;
  /** The students at the end, if that is what is tested: `id First Last value`. */
  students?: string[];
}

export const WHOLE: Record<FileFormat, Contents> = {
  pickatime: PICKATIME_FILES,
  'clever-csv': CLEVER_FILES,
  oneroster: ONEROSTER_FILES,
};

export const HEAD = 'StudentID\tFirst\tLast\tSecurityValue\n';

/** Rows of pickAtime's students. */
export function pupils(
  kind: string,
  name: string,
  text: string | Buffer,
  verdict: Verdict,
  says?: RegExp,
  students?: string[],
): Hostile {
  return {
    ...{ kind, name, format: 'pickatime', files: { 'students.txt': text }, verdict },
    ...(says ? { says } : {}),
    ...(students ? { students } : {}),
  };
}

/** A whole upload in which a part of one file is replaced. */
export function changed(
  kind: string,
  name: string,
  format: FileFormat,
  file: string,
  from: string | RegExp,
  to: string,
  verdict: Verdict,
  says?: RegExp,
): Hostile {
  const text = String(WHOLE[format][file]);
  const other = text.replace(from, to);
  if (other === text) throw new Error(`${name}: nothing to replace in ${file}`);
  return {
    kind,
    name,
    format,
    files: { ...WHOLE[format], [file]: other },
    verdict,
    ...(says ? { says } : {}),
  };
}
