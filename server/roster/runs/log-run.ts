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

/** Writes rows of a run's log, about a batch of them; those that say the same are stored together. */
export async function logRun(run: Pick<HeldRun, 'id' | 'account' | 'now'>, rows: LogRow[]): Promise<void> {
  if (rows.length === 0) return;
  const at = run.now();
  const documents = new Map<string, Omit<SyncLog, '_id'>>();
  for (const { level = 'info', kind, action, sourceId, text = '' } of rows) {
    const key = [level, kind, action, text].join('\n');
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
        text,
      });
  }
  await SyncLog.collection.insertMany([...documents.values()], { ordered: false });
}
