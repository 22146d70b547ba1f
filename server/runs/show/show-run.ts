import { DateTime } from 'luxon';
import type { KindCounts, Run, RunPurpose, RunState, Stage } from '../../models/run.js';
import type { RosterRun } from '../../models/roster-run.js';
import type { SyncTrigger } from '../../models/sync-run.js';
import { dayAndTimeSoon, timeOfDay } from '../../web/format-time.js';
import type { Place } from '../../web/place.js';
import { sayResult } from '../log/say-result.js';

export const TRIGGER_WORDS: Record<SyncTrigger, string> = {
  'first import': 'Import',
  nightly: 'Nightly sync',
  'sync now': 'Sync now',
  preview: 'Preview',
  apply: 'Preview applied',
  accept: 'Removals accepted',
  reject: 'Removals rejected',
  undo: 'Undo',
};

/** What a trigger is called in a title: "… of Fall conferences". */
export const TITLE_WORDS: Record<SyncTrigger, string> = {
  ...TRIGGER_WORDS,
  'sync now': 'Sync',
  apply: 'Applied preview',
  accept: 'Accepted removals',
  reject: 'Rejected removals',
};

/** What a run of the account's roster is called. */
export const REFRESH_WORDS: Record<RunPurpose, string> = {
  sync: 'Download',
  preview: 'Preview',
  apply: 'Applied preview',
  accept: 'Accepted removals',
  reject: 'Rejected removals',
  undo: 'Undo',
};

export const STATE_WORDS = {
  queued: { kind: 'off', word: 'Waiting' },
  running: { kind: 'busy', word: 'Running' },
  done: { kind: 'ok', word: 'Done' },
  stopped: { kind: 'notice', word: 'Stopped' },
  failed: { kind: 'danger', word: 'Failed' },
} as const satisfies Record<RunState, { kind: string; word: string }>;

/** What tables call the kinds of records, in the order shown. */
export const KIND_WORDS: Record<string, string> = {
  student: 'Students',
  teacher: 'Teachers',
  staff: 'Staff',
  guardian: 'Guardians',
  class: 'Classes',
  classStudents: 'Enrollments',
  classTeachers: 'Teaching assignments',
  resource: 'Teachers with slots',
  appointment: 'Appointments',
  sectionStudents: 'Section enrollments',
  sectionTeachers: 'Section teaching assignments',
  section: 'Sections',
  course: 'Courses',
  term: 'Terms',
  school: 'Schools',
};

/** What a row of a list calls one record. */
export const ONE_WORDS: Record<string, string> = {
  student: 'Student',
  teacher: 'Teacher',
  staff: 'Staff',
  guardian: 'Guardian',
  duplicate: 'Possible duplicate',
  class: 'Class',
  classStudents: 'Students of a class',
  classTeachers: 'Teachers of a class',
  resource: 'Teacher with slots',
  appointment: 'Appointment',
  sectionStudents: 'Students of a section',
  sectionTeachers: 'Teachers of a section',
  section: 'Section',
  course: 'Course',
  term: 'Term',
  school: 'School',
};

const NOON = 12;
const MIRROR_KINDS = ['section', 'sectionStudents', 'sectionTeachers', 'course', 'term', 'school'];

export const ACTION_WORDS: Record<string, string> = {
  added: 'New',
  changed: 'Changed',
  removed: 'Removed',
  restored: 'Came back',
  withheld: 'To review',
  kept: 'Kept',
  refused: 'Not imported',
};

const STAGE_WORDS: Record<string, string> = {
  download: 'Download from Clever',
  files: 'Read the files',
  terms: 'Terms',
  courses: 'Courses',
  sections: 'Sections',
  students: 'Students',
  teachers: 'Teachers',
  staff: 'Staff',
  contacts: 'Guardians',
  leavers: 'Who left',
  changes: 'Roster changes',
  event: 'Event changes',
  classes: 'Event classes',
  resources: 'Teachers with slots',
  appointments: 'Appointments',
};

export interface ShownStage {
  key: string;
  label: string;
  done: number;
  total: number;
  perSecond: number;
  secondsLeft: number;
  state: 'waiting' | 'running' | 'done' | 'stopped' | 'failed';
}

export function isOver(run: Pick<Run, 'state'>): boolean {
  return run.state !== 'queued' && run.state !== 'running';
}

/**
 * The progress bars of a run: those of its download, then its own. While it is at work all of them exist from the start, as the page only
 * moves bars that it has; once it is over, only those that began.
 * @param expected the names of all stages, in order
 */
export function stagesOf(
  run: Run,
  refresh: RosterRun | null,
  expected: readonly string[],
  now: Date,
): ShownStage[] {
  const begun = new Map<string, [Run, Stage]>();
  for (const part of refresh ? [refresh, run] : [run])
    for (const stage of part.stages) if (stage.startedAt) begun.set(stage.name, [part, stage]);
  const names = isOver(run) ? [...begun.keys()] : expected;
  return names.map((name) => {
    const [part, stage] = begun.get(name) ?? [run, { name, done: 0, total: 0 }];
    return showStage(part, stage, run, now);
  });
}

function showStage(part: Run, stage: Stage, run: Run, now: Date): ShownStage {
  const { name, done, total, startedAt, finishedAt } = stage;
  const shown = { key: name, label: STAGE_WORDS[name] ?? name, done, total, perSecond: 0, secondsLeft: 0 };
  if (!startedAt) return { ...shown, state: 'waiting' };
  if (finishedAt) return { ...shown, state: 'done' };
  const end = isOver(part) ? part.state : run.state;
  if (end === 'stopped' || end === 'failed') return { ...shown, state: end };
  const seconds = Math.max(0, now.getTime() - startedAt.getTime()) / 1000;
  const perSecond = seconds > 0.5 ? done / seconds : 0;
  const secondsLeft = perSecond > 0 && total > done ? (total - done) / perSecond : 0;
  return { ...shown, perSecond, secondsLeft, state: 'running' };
}

export interface CountRow {
  kind: string;
  label: string;
  counts: KindCounts;
}

/** The counts by kind, of the download and of the event's update in one list. `behind` marks kinds that only the mirror has. */
export function countRows(
  run: Pick<Run, 'counts'>,
  refresh: Pick<Run, 'counts'> | null,
): (CountRow & { behind: boolean })[] {
  const counts = { ...refresh?.counts, ...run.counts };
  return Object.entries(KIND_WORDS).flatMap(([kind, label]) =>
    counts[kind] ? [{ kind, label, counts: counts[kind], behind: MIRROR_KINDS.includes(kind) }] : [],
  );
}

/** What sentences call a run, and how they say that it is done. */
const SAID: Record<RunPurpose | 'import' | 'download', { noun: string; done: string }> = {
  sync: { noun: 'sync', done: 'Synced' },
  import: { noun: 'import', done: 'Imported' },
  download: { noun: 'download', done: 'Downloaded' },
  preview: { noun: 'preview', done: 'Previewed' },
  apply: { noun: 'run that applies a preview', done: 'Applied a preview' },
  accept: { noun: 'run that accepts removals', done: 'Removals accepted' },
  reject: { noun: 'run that rejects removals', done: 'Removals rejected' },
  undo: { noun: 'undo', done: 'Undone' },
};

type SaidRun = Pick<Run, 'purpose' | 'state' | 'result' | 'startedAt' | 'createdAt' | 'retryAt'> & {
  trigger?: SyncTrigger;
};

/** One sentence about a run, such as "Synced last night at 1:00 AM: 3 new students, 1 class changed.", in the account's zone. */
export function sayRun(run: SaidRun, place: Place, now: Date): string {
  const { noun, done } = SAID[saidAs(run)];
  if (run.state === 'queued' && run.retryAt)
    return `Clever didn’t answer. The next try is at ${timeOfDay(run.retryAt, place)}.`;
  if (run.state === 'queued') return `The ${noun} is waiting for its turn.`;
  if (run.state === 'running') return `The ${noun} is running now.`;
  const when = sayWhen(run, place, now);
  const end = run.purpose === 'preview' ? ' Nothing was saved.' : '';
  if (run.state === 'done') return `${done} ${when}: ${lowerFirst(sayResult(run, place))}${end}`;
  return run.state === 'stopped'
    ? `The ${noun} ${when} was stopped. ${sayResult(run, place)}`
    : `The ${noun} ${when} failed: ${sayResult(run, place)}`;
}

function saidAs({ purpose, trigger }: SaidRun): keyof typeof SAID {
  if (purpose !== 'sync') return purpose;
  if (trigger === undefined) return 'download';
  return trigger === 'first import' ? 'import' : 'sync';
}

function sayWhen(run: SaidRun, place: Place, now: Date): string {
  const zone = place.timeZone;
  const at = run.startedAt ?? run.createdAt;
  const day = DateTime.fromJSDate(at, { zone }).startOf('day');
  const daysAgo = DateTime.fromJSDate(now, { zone }).startOf('day').diff(day, 'days').days;
  const time = timeOfDay(at, place);
  // The nightly hour may be in the daytime, and nobody says "last night at 2:00 PM".
  const inTheNight = run.trigger === 'nightly' && DateTime.fromJSDate(at, { zone }).hour < NOON;
  if (daysAgo === 0 && inTheNight) return `last night at ${time}`;
  if (daysAgo === 0) return `today at ${time}`;
  if (daysAgo === 1) return `yesterday at ${time}`;
  return `on ${dayAndTimeSoon(at, place, now)}`;
}

/** A sentence as it reads after a colon. */
export function lowerFirst(text: string): string {
  return text.slice(0, 1).toLowerCase() + text.slice(1);
}
