import type { Run } from '../../models/run.js';

/** How long a run was at work, in ms; undefined while it is not over, and for one that never began. */
export function tookOf({ startedAt, finishedAt }: Pick<Run, 'startedAt' | 'finishedAt'>): number | undefined {
  return startedAt && finishedAt ? Math.max(0, finishedAt.getTime() - startedAt.getTime()) : undefined;
}
