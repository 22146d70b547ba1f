import type { RunNote } from '../../models/roster-change.js';
import { SyncLog } from '../../models/sync-log.js';
import type { ActiveRun } from '../engine/active-run.js';
import type { NoteCode } from './say-note.js';

export interface LogRow {
  level?: SyncLog['level'];
  kind: string;
  action: string;
  /** The record's id at the source; our own id for what only we have. */
  sourceId: string;
  /** The paths of changed fields; never a person's data. */
  fields?: readonly string[];
  note?: RunNote;
}

type LoggingRun = Pick<ActiveRun, 'id' | 'account' | 'now' | 'again'>;

/**
 * Writes rows to a run's log, about a batch of them; rows that say the same are stored together. Rows that an earlier try wrote before its
 * worker was lost are not written again.
 */
export async function logRun(run: LoggingRun, rows: LogRow[]): Promise<void> {
  const told = run.again ? await findTold(run, rows) : undefined;
  const at = run.now();
  const documents = new Map<string, Omit<SyncLog, '_id'>>();
  for (const row of rows) {
    const { level = 'info', kind, action, sourceId, fields = [], note } = row;
    const key = keyOf(row);
    if (told?.has(`${key}\n${sourceId}`)) continue;
    const alike = documents.get(key);
    if (alike) alike.sourceIds.push(sourceId);
    else
      documents.set(key, {
        account: run.account,
        run: run.id,
        at,
        level,
        kind,
        action,
        sourceIds: [sourceId],
        ...(fields.length > 0 ? { fields: [...fields] } : {}),
        ...(note ? { note } : {}),
      });
  }
  if (documents.size === 0) return;
  await SyncLog.collection.insertMany([...documents.values()], { ordered: false });
}

function keyOf({ level = 'info', kind, action, fields = [], note }: Omit<LogRow, 'sourceId'>): string {
  return [level, kind, action, fields.join(), note?.code, JSON.stringify(note?.reason)].join('\n');
}

/** Which of the rows are in the run's log already, each as its key and record id. */
async function findTold({ id }: LoggingRun, rows: LogRow[]): Promise<Set<string>> {
  const told = new Set<string>();
  for (const [kind, action, sourceIds] of groupRows(rows)) {
    const lines = await SyncLog.find({ run: id, kind, action, sourceIds: { $in: sourceIds } }).lean();
    for (const line of lines) for (const one of line.sourceIds) told.add(`${keyOf(line)}\n${one}`);
  }
  return told;
}

/** Corrects log rows that were written before the change failed: the database refused it, or somebody changed the record. */
export async function logRefused(
  run: LoggingRun,
  rows: Pick<LogRow, 'kind' | 'action' | 'sourceId'>[],
  code: 'not stored' | 'changed since',
): Promise<void> {
  for (const [kind, action, sourceIds] of groupRows(rows)) {
    const ofThese = { $in: sourceIds };
    await SyncLog.updateMany(
      { run: run.id, kind, action, sourceIds: ofThese },
      { $pull: { sourceIds: ofThese } },
    );
  }
  await logRun(
    run,
    rows.map(({ kind, sourceId }) => refusal(kind, sourceId, code)),
  );
}

/** Counts and logs records of a source that are refused. */
export async function refuseRecords(
  run: LoggingRun & Pick<ActiveRun, 'count'>,
  kind: string,
  refused: readonly { id: string; code: NoteCode }[],
): Promise<void> {
  run.count(kind, 'refused', refused.length);
  await logRun(
    run,
    refused.map(({ id, code }) => refusal(kind, id, code)),
  );
}

/** The log row of a record that is refused or left as it is. */
export function refusal(kind: string, sourceId: string, code: NoteCode): LogRow {
  return { kind, action: 'refused', sourceId, level: 'warning', note: { code } };
}

/** How many lines the run's log has, by kind and action. */
export async function countLogged({
  id,
}: Pick<ActiveRun, 'id'>): Promise<{ kind: string; action: string; lines: number }[]> {
  const groups = await SyncLog.aggregate<{ _id: { kind: string; action: string }; lines: number }>([
    { $match: { run: id } },
    { $group: { _id: { kind: '$kind', action: '$action' }, lines: { $sum: { $size: '$sourceIds' } } } },
  ]);
  return groups.map(({ _id, lines }) => ({ ..._id, lines }));
}

/** The record ids of rows, by kind and action. */
function groupRows(rows: Pick<LogRow, 'kind' | 'action' | 'sourceId'>[]): [string, string, string[]][] {
  const groups = new Map<string, [string, string, string[]]>();
  for (const { kind, action, sourceId } of rows) {
    const key = `${kind} ${action}`;
    const group = groups.get(key) ?? [kind, action, []];
    group[2].push(sourceId);
    groups.set(key, group);
  }
  return [...groups.values()];
}
