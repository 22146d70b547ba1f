import type { Run } from '../../models/run.js';
import { number } from '../../web/format-count.js';

/** How long a run was at work, in ms; undefined while it is not over, and for one that never began. */
export function tookOf({ startedAt, finishedAt }: Pick<Run, 'startedAt' | 'finishedAt'>): number | undefined {
  return startedAt && finishedAt ? Math.max(0, finishedAt.getTime() - startedAt.getTime()) : undefined;
}

/** "41 s", "3 min 5 s", "1 h 4 min"; '' for undefined. @param took in ms */
export function tookInWords(took: number | undefined): string {
  if (took === undefined) return '';
  const seconds = Math.round(took / 1000);
  if (seconds < 1) return 'under 1 s';
  const minutes = Math.round(seconds / 60);
  if (seconds < 60) return `${String(seconds)} s`;
  return seconds < 3600
    ? twoParts(Math.floor(seconds / 60), 'min', seconds % 60, 's')
    : twoParts(Math.floor(minutes / 60), 'h', minutes % 60, 'min');
}

function twoParts(big: number, bigUnit: string, small: number, smallUnit: string): string {
  return `${number(big)} ${bigUnit}${small > 0 ? ` ${String(small)} ${smallUnit}` : ''}`;
}
