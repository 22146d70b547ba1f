import type { UploadState } from '../../models/roster-upload.js';
import { LIST_NAMES, LISTS } from '../refresh/lists.js';

/** States in words, with the shape that goes with each. */
export const UPLOAD_STATES_SHOWN: Record<
  UploadState,
  { kind: 'ok' | 'notice' | 'danger' | 'busy' | 'off'; word: string }
> = {
  reading: { kind: 'busy', word: 'Being read' },
  ready: { kind: 'ok', word: 'Ready' },
  refused: { kind: 'danger', word: 'Refused' },
  used: { kind: 'ok', word: 'Imported' },
  expired: { kind: 'off', word: 'No longer kept' },
};

/** "1,200 students, 80 teachers": what an upload holds. */
export function countedLists(counts: Readonly<Record<string, number>>): string {
  return LIST_NAMES.filter((list) => counts[list])
    .map((list) => `${(counts[list] ?? 0).toLocaleString('en')} ${nameOfList(list, counts[list] ?? 0)}`)
    .join(', ');
}

function nameOfList(list: (typeof LIST_NAMES)[number], count: number): string {
  if (list === 'staff') return 'staff';
  return count === 1 ? LISTS[list].kind : LISTS[list].plural;
}

export interface CountRow {
  label: string;
  count: number;
  removals: number;
  /** What happens to those of the roster that are not in the files. */
  others: string;
}

/** The table of an upload: what it holds by list. */
export function countRows(upload: {
  counts: Readonly<Record<string, number>>;
  removals: Readonly<Record<string, number>>;
  complete: Readonly<Record<string, boolean>>;
}): CountRow[] {
  const shown = LIST_NAMES.filter((list) => (upload.counts[list] ?? 0) + (upload.removals[list] ?? 0) > 0);
  return shown.map((list) => ({
    label: capital(LISTS[list].plural),
    count: upload.counts[list] ?? 0,
    removals: upload.removals[list] ?? 0,
    others: upload.complete[list] ? 'leave' : 'stay',
  }));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
