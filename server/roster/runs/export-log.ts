import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import { nameRows } from './name-rows.js';
import { logFilter, type LogQuery, type RunPlace } from './queries.js';
import { streamLog, type LogLine } from './read-log.js';
import { sayLine } from './say-note.js';
import { ACTION_WORDS, ONE_WORDS } from './show-run.js';

const BATCH = 500;

/**
 * A run's log as CSV, streamed in batches. Names that a spreadsheet would take for a formula are escaped. Begins with the
 * mark by which spreadsheets know UTF-8.
 */
export function exportLog(found: RunPlace, query: LogQuery): Readable {
  const csv = stringify({
    header: true,
    bom: true,
    escape_formulas: true,
    columns: ['When', 'What', 'Happened', 'Name', 'Id at the source', 'Note'],
  });
  return Readable.from(lines(found, query)).pipe(csv);
}

async function* lines(found: RunPlace, query: LogQuery): AsyncGenerator<string[], void, undefined> {
  let rows: LogLine[] = [];
  for await (const row of streamLog(logFilter(found, query))) {
    rows.push(row);
    if (rows.length < BATCH) continue;
    yield* await linesOf(found, rows);
    rows = [];
  }
  yield* await linesOf(found, rows);
}

async function linesOf({ run, event }: RunPlace, rows: LogLine[]): Promise<string[][]> {
  const names = await nameRows({ account: run.account, ...(event ? { event } : {}) }, rows);
  return rows.map((row, index) => [
    row.at.toISOString(),
    ONE_WORDS[row.kind] ?? row.kind,
    ACTION_WORDS[row.action] ?? row.action,
    names[index] ?? '',
    row.sourceId,
    sayLine(row),
  ]);
}
