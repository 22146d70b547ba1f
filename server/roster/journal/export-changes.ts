import { Readable } from 'node:stream';
import { stringify } from 'csv-stringify';
import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import type { TargetScope } from './name-targets.js';
import { CHANGES_ORDER, changesFilter } from './queries.js';
import type { ChangesQuery } from './schema.js';
import { showChanges, type ShownField } from './show-changes.js';

const BATCH = 500;

/** The changes of some runs as CSV, streamed in batches; formulas are escaped, and the text begins with the mark of UTF-8. */
export function exportChanges(
  scope: TargetScope,
  runs: Types.ObjectId[],
  query: ChangesQuery,
  values: boolean,
): Readable {
  const csv = stringify({
    header: true,
    bom: true,
    escape_formulas: true,
    columns: ['Name', 'Kind', 'What', 'Changed', 'Note', 'State', 'Id at the source'],
  });
  return Readable.from(lines(scope, runs, query, values)).pipe(csv);
}

async function* lines(
  scope: TargetScope,
  runs: Types.ObjectId[],
  query: ChangesQuery,
  values: boolean,
): AsyncGenerator<string[], void, undefined> {
  const cursor = RosterChange.find(changesFilter(runs, query))
    .sort(CHANGES_ORDER)
    .lean()
    .cursor({ batchSize: BATCH });
  let rows: RosterChange[] = [];
  for await (const row of cursor) {
    rows.push(row);
    if (rows.length < BATCH) continue;
    yield* await linesOf(scope, rows, values);
    rows = [];
  }
  yield* await linesOf(scope, rows, values);
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
