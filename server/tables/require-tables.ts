import { isText } from './match-tables.js';
import { FileRefused, quoted, type Problem } from './problem-list.js';
import type { Reading } from './reading.js';

/** @throws FileRefused for the first of these tables that the upload lacks; the others are noted beside it */
export function requireTables(reading: Reading, tables: readonly string[]): void {
  const problems: Problem[] = tables
    .filter((table) => !reading.has(table))
    .map((table) => ({
      file: reading.tables[table]?.name ?? table,
      line: 0,
      field: '',
      problem: 'This file is missing.',
      advice: 'Upload all files of one export together, or the zip that holds them.',
    }));
  const [first, ...others] = problems;
  if (!first) return;
  if (others.length === 0) nameStranger(reading, first);
  for (const problem of others.reverse()) reading.problems.addFatal(problem);
  throw new FileRefused(first);
}

/** Where one file is missing and one is of no known name, it is most likely that one: then one line says both. */
export function nameStranger(reading: Reading, missing: Problem): void {
  const [stranger, another] = reading.strangers;
  if (!stranger || another || !isText(stranger)) return;
  reading.strangers.length = 0;
  missing.advice = `If it is ${quoted(stranger.name)}, give it the name ${missing.file}. ${missing.advice}`;
}
