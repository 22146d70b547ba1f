import { SyncLog } from '../../models/sync-log.js';
import type { HeldRun } from './hold-run.js';

export interface LogRow {
  level?: SyncLog['level'];
  kind: string;
  action: string;
  /** The record's id at the source; our own for what only we have. */
  sourceId: string;
  /** Reasons and names of fields; never a person's data. */
  text?: string;
}

/** Writes rows of a run's log. */
export async function logRun(run: Pick<HeldRun, 'id' | 'account' | 'now'>, rows: LogRow[]): Promise<void> {
  if (rows.length === 0) return;
  const at = run.now();
  const documents: Omit<SyncLog, '_id'>[] = rows.map((row) => ({
    account: run.account,
    run: run.id,
    at,
    level: row.level ?? 'info',
    kind: row.kind,
    action: row.action,
    sourceId: row.sourceId,
    text: row.text ?? '',
  }));
  await SyncLog.collection.insertMany(documents, {
    ordered: false,
  });
}
