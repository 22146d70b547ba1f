import type { UploadProblem } from '../models/roster-upload.js';
import type { Style } from '../web/place.js';
import type { Told, Words } from './problem-words.js';
import { SAY_COLUMN, type ColumnFault } from './say-column.js';
import { SAY_FILE } from './say-file.js';
import { SAY_ROW } from './say-row.js';

/** All problems of roster files by code: the sentence and the advice, made from the values that the function names. */
const SAY = { ...SAY_ROW, ...SAY_COLUMN, ...SAY_FILE };

/** The codes of a table, each with the values that its sentence needs. */
type Coded<T extends Record<string, (values: never, told: Told) => Words>> = {
  [C in keyof T]: { [V in 'code' | keyof Parameters<T[C]>[0]]: ({ code: C } & Parameters<T[C]>[0])[V] };
}[keyof T];

/** A problem: a code of the table above, with exactly the values that its sentence needs. */
export type Fault = ColumnFault | Coded<typeof SAY_ROW & typeof SAY_FILE>;

type Say = (values: UploadProblem['fault'], told: Told) => Words;

/** A stored problem in words. Uploads from versions before 0.7 store the words themselves (`text`). */
export function sayFileProblem({ file, field, fault }: Omit<UploadProblem, 'line'>, style: Style): Words {
  if (fault.code === 'text') return [String(fault.text), String(fault.advice)];
  const say = (SAY as unknown as Partial<Record<string, Say>>)[fault.code];
  return say?.(fault, { file, field, style }) ?? ['', ''];
}
