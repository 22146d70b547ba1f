import type { Response } from 'express';
import { numericMoment } from '../../web/format-time.js';
import { streamCsv } from '../../web/stream-csv.js';
import { nameRows } from './name-rows.js';
import { logFilter, type LogQuery, type RunPlace } from '../../runs/show/queries.js';
import { streamLog, type LogLine } from '../journal/read-log.js';
import { sayLine } from '../../runs/log/say-note.js';
import { ACTION_WORDS, ONE_WORDS } from '../../runs/show/show-run.js';

const BATCH = 500;

const COLUMNS = ['When', 'What', 'Happened', 'Name', 'Record ID', 'Note'];

/** Answers with a run's log as CSV, in batches. */
export function exportLog(res: Response, found: RunPlace, query: LogQuery): Promise<void> {
  return streamCsv(res, `sync-log-${found.run._id.toHexString()}`, COLUMNS, parts(found, query));
}

async function* parts(found: RunPlace, query: LogQuery): AsyncGenerator<string[][], void, undefined> {
  let rows: LogLine[] = [];
  for await (const row of streamLog(logFilter(found, query))) {
    rows.push(row);
    if (rows.length < BATCH) continue;
    yield await linesOf(found, rows);
    rows = [];
  }
  yield await linesOf(found, rows);
}

async function linesOf(place: RunPlace, rows: LogLine[]): Promise<string[][]> {
  const { run, event } = place;
  const names = await nameRows({ account: run.account, ...(event ? { event } : {}) }, rows);
  return rows.map((row, index) => [
    numericMoment(row.at, place),
    ONE_WORDS[row.kind] ?? row.kind,
    ACTION_WORDS[row.action] ?? row.action,
    names[index] ?? '',
    row.sourceId,
    sayLine(row),
  ]);
}
