import { FileRefused } from './problem-list.js';
import type { Reading } from './reading.js';

/** @throws FileRefused for the first of these tables that the upload lacks; the others are noted beside it */
export function requireTables(reading: Reading, tables: readonly string[]): void {
  const problems = tables
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
  for (const problem of others.reverse()) reading.problems.addFatal(problem);
  throw new FileRefused(first);
}
