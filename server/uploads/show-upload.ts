import type { RosterUpload, UploadProblem, UploadState } from '../models/roster-upload.js';
import { number, orList } from '../web/format-count.js';
import type { Style } from '../web/place.js';
import { LIST_NAMES, LISTS } from '../sources/records/lists.js';

/** A state as a symbol and a word. */
interface StateShown {
  kind: 'ok' | 'notice' | 'danger' | 'busy' | 'off';
  word: string;
}

/** Longer than any request needs to send the files. */
const STORING_MS = 15 * 60_000;

/** The state that pages show: an upload whose files never arrived completely is stored as `reading`. */
export function shownAs(
  { state, createdAt, stored }: Pick<RosterUpload, 'state' | 'createdAt' | 'stored'>,
  now: Date,
): UploadState {
  return state === 'reading' && !stored && now.getTime() - createdAt.getTime() > STORING_MS
    ? 'cut off'
    : state;
}

const STATES: Record<ReturnType<typeof shownAs>, StateShown> = {
  reading: { kind: 'busy', word: 'Reading' },
  'cut off': { kind: 'danger', word: 'Cut off' },
  'too large': { kind: 'danger', word: 'Too large' },
  ready: { kind: 'ok', word: 'Ready' },
  empty: { kind: 'danger', word: 'Nothing to import' },
  refused: { kind: 'danger', word: 'Refused' },
  used: { kind: 'ok', word: 'Imported' },
  expired: { kind: 'off', word: 'Deleted' },
};

type Judged = Pick<RosterUpload, 'state' | 'createdAt' | 'stored' | 'missing' | 'problemCount' | 'files'>;

/** The state of an upload, for the list and its page. @param newer a later upload that can be imported, or was */
export function stateOf(upload: Judged, now: Date, newer?: Pick<RosterUpload, 'state'> | null): StateShown {
  if (upload.state === 'ready' && newer)
    return { kind: 'off', word: `Replaced by a newer ${newer.state === 'used' ? 'import' : 'upload'}` };
  return upload.state === 'ready' && isDoubtful(upload)
    ? { kind: 'notice', word: 'Needs attention' }
    : STATES[shownAs(upload, now)];
}

/** A bar of the page while an upload is read. */
export interface ReadingStage {
  key: string;
  label: string;
  done: number;
  total: number;
  state: 'waiting' | 'running' | 'done';
}

/** The progress of a reading, for its page. Bytes are shown in thousands. */
export function stagesOf({
  lock,
  progress,
  state,
}: Pick<RosterUpload, 'lock' | 'progress' | 'state'>): ReadingStage[] {
  const { bytes = 0, total = 0, kept = 0 } = progress ?? {};
  const isRead = total > 0 && bytes >= total;
  const over = state !== 'reading';
  return [
    {
      key: 'read',
      label: 'Kilobytes read',
      done: Math.ceil(Math.min(bytes, total) / 1000),
      total: Math.ceil(total / 1000),
      state: over || isRead ? 'done' : lock ? 'running' : 'waiting',
    },
    {
      key: 'keep',
      label: 'People and classes read',
      done: kept,
      total: 0,
      state: over ? 'done' : kept > 0 ? 'running' : 'waiting',
    },
  ];
}

type Doubtful = Omit<Judged, 'createdAt' | 'stored'>;

/** Whether so little of an upload could be read that somebody should look before importing it. */
function isDoubtful({ state, missing = [], problemCount, files }: Doubtful): boolean {
  const rows = files.reduce((sum, file) => sum + file.rows, 0);
  return state === 'empty' || (state === 'ready' && (missing.length > 0 || problemCount * 2 > rows));
}

/** What is doubtful about a readable upload and what to do, in one sentence; '' if nothing. */
export function attentionTo(upload: Doubtful, style: Style): string {
  const { state, missing = [], problemCount } = upload;
  if (!isDoubtful(upload)) return '';
  const next = problemCount > 0 ? 'fix the problems listed below' : 'check that your export includes them';
  const lists = LIST_NAMES.filter((list) => missing.includes(list)).map((list) => LISTS[list].plural);
  if (lists.length > 0)
    return `There are no ${orList(lists, style)} in these files. To fix this, ${next}, then upload all files again.`;
  if (state === 'empty')
    return `There’s nothing to import in these files. To fix this, ${next}, then upload them again.`;
  return `More than half of the rows have a problem. To fix this, ${next}, then upload all files again.`;
}

/** "1,200 students, 80 teachers": the content of an upload. */
export function countedLists(counts: Readonly<Record<string, number>>): string {
  return LIST_NAMES.filter((list) => counts[list])
    .map((list) => `${number(counts[list] ?? 0)} ${nameOfList(list, counts[list] ?? 0)}`)
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
  /** What happens to people and classes that are not in the files. */
  others: string;
}

/** The table of an upload: its content by list. */
export function countRows(
  upload: Pick<RosterUpload, 'counts' | 'removals' | 'complete' | 'missing'>,
): CountRow[] {
  const brings = (list: string) => (upload.counts[list] ?? 0) + (upload.removals[list] ?? 0) > 0;
  const shown = LIST_NAMES.filter((list) => brings(list) || upload.missing?.includes(list));
  return shown.map((list) => ({
    label: capital(LISTS[list].plural),
    count: upload.counts[list] ?? 0,
    removals: upload.removals[list] ?? 0,
    others: upload.complete[list] ? 'Removed' : 'Kept',
  }));
}

function capital(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}

/** So few problems can be read one by one. */
const FEW = 20;
const NAMED = 3;

/** "Last_name in students.csv (995)": where most of many problems are; '' for few. */
export function mostOften(problems: readonly Pick<UploadProblem, 'file' | 'field'>[]): string {
  if (problems.length <= FEW) return '';
  const counted = new Map<string, number>();
  for (const { file, field } of problems) {
    const place = field ? `${field} in ${file}` : file;
    counted.set(place, (counted.get(place) ?? 0) + 1);
  }
  const first = [...counted].sort(([, a], [, b]) => b - a).slice(0, NAMED);
  return first.map(([place, count]) => `${place} (${number(count)})`).join(', ');
}
