import { isText } from './match-tables.js';
import { FileRefused, wholeFile, type Problem } from './problem-list.js';
import type { Reading } from './reading.js';

/** @throws FileRefused for the first of these tables that the upload lacks; the others are noted */
export function requireTables(reading: Reading, tables: readonly string[]): void {
  const [first, ...others] = tables.filter((table) => !reading.has(table));
  if (first === undefined) return;
  const stranger = others.length === 0 ? takeStranger(reading) : '';
  for (const table of others.reverse()) reading.problems.addFatal(missingFile(reading, table, ''));
  throw new FileRefused(missingFile(reading, first, stranger));
}

/** @throws FileRefused for a table that the upload lacks although its manifest lists it */
export function refuseUnlisted(reading: Reading, table: string): never {
  throw new FileRefused(missingFile(reading, table, takeStranger(reading), true));
}

function missingFile(reading: Reading, table: string, stranger: string, listed = false): Problem {
  const file = reading.tables[table]?.name ?? table;
  return wholeFile(file, { code: 'missing file', listed, stranger });
}

/** If one file is missing and one has an unknown name, it is most likely the missing one: then one line says both. */
function takeStranger(reading: Reading): string {
  const [stranger, another] = reading.strangers;
  if (!stranger || another || !isText(stranger)) return '';
  reading.strangers.length = 0;
  return stranger.name;
}
