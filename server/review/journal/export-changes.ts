import type { Response } from 'express';
import { RosterChange } from '../../models/roster-change.js';
import { streamCsv } from '../../web/stream-csv.js';
import type { TargetScope } from './name-targets.js';
import { CHANGES_ORDER, changesFilter, type ChangesOf } from './queries.js';
import type { ChangesQuery } from './schema.js';
import { showChanges, type ShownField } from './show-changes.js';

const BATCH = 500;

const COLUMNS = ['Name', 'Kind', 'What', 'Changed', 'Note', 'State', 'Record ID'];

/** Answers with the changes of some runs as CSV, in batches. @param name of the file */
export function exportChanges(
  res: Response,
  name: string,
  scope: TargetScope,
  of: ChangesOf,
  query: ChangesQuery,
  values: boolean,
): Promise<void> {
  return streamCsv(res, name, COLUMNS, parts(scope, of, query, values));
}

async function* parts(
  scope: TargetScope,
  of: ChangesOf,
  query: ChangesQuery,
  values: boolean,
): AsyncGenerator<string[][], void, undefined> {
  const cursor = RosterChange.find(changesFilter(of, query))
    .sort(CHANGES_ORDER)
    .lean()
    .cursor({ batchSize: BATCH });
  let rows: RosterChange[] = [];
  for await (const row of cursor) {
    rows.push(row);
    if (rows.length < BATCH) continue;
    yield await linesOf(scope, rows, values);
    rows = [];
  }
  yield await linesOf(scope, rows, values);
}

async function linesOf(scope: TargetScope, rows: RosterChange[], values: boolean): Promise<string[][]> {
  const shown = await showChanges(scope, rows, values);
  return shown.map(({ name, kind, action, fields, note, state, sourceId }) => [
    name,
    kind,
    action,
    fields.map(fieldInText).join('; '),
    note,
    state.word,
    sourceId,
  ]);
}

function fieldInText({ label, before, after, text }: ShownField): string {
  return `${label}: ${text || `${before || 'empty'} → ${after || 'empty'}`}`;
}
