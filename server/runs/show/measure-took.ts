import type { Run } from '../../models/run.js';

/** How long a run was at work, in ms. Undefined while it is not over, and if it never began. */
export function tookOf({ startedAt, finishedAt }: Pick<Run, 'startedAt' | 'finishedAt'>): number | undefined {
  return startedAt && finishedAt ? Math.max(0, finishedAt.getTime() - startedAt.getTime()) : undefined;
}
