import { Types } from 'mongoose';
import { NO_COUNTS, type KindCounts, type RunState } from '../../../server/models/run.js';
import type { SyncRun } from '../../../server/models/sync-run.js';

export const ZONE = 'America/Chicago';
export const NOW = new Date('2026-11-24T18:00:00Z');
const ids = { account: new Types.ObjectId(), event: new Types.ObjectId() };
export const counts = (more: Partial<KindCounts>): KindCounts => ({ ...NO_COUNTS, ...more });

/** A run that began at 1:00 AM in Chicago this many nights ago, and took 41 s if it is over. */
export function runOf(state: RunState, nightsAgo: number, more: Partial<SyncRun> = {}): SyncRun {
  const startedAt = new Date(Date.parse('2026-11-24T07:00:00Z') - nightsAgo * 86_400_000);
  const over = !['queued', 'running'].includes(state);
  return {
    _id: new Types.ObjectId(),
    ...ids,
    state,
    purpose: 'sync',
    trigger: 'nightly',
    stages: [],
    counts: {},
    remarks: [],
    ...(over ? { result: { code: 'did', counts: {} } } : {}),
    createdAt: startedAt,
    ...(state === 'queued' ? {} : { startedAt }),
    ...(over ? { finishedAt: new Date(startedAt.getTime() + 41_000) } : {}),
    fence: 1,
    stopRequested: false,
    ...more,
  };
}
