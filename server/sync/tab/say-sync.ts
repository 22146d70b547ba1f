import type { RunState } from '../../models/run.js';
import type { SyncRun } from '../../models/sync-run.js';
import { dayAndTimeSoon } from '../../web/format-time.js';
import type { Place } from '../../web/place.js';
import { tookOf } from '../../runs/show/measure-took.js';
import { pathOfRun } from '../../runs/show/queries.js';
import { isOver, sayRun } from '../../runs/show/show-run.js';
import { sayResult } from '../../runs/log/say-result.js';
import { tookInWords } from '../../web/format-count.js';

/** The time and the account for which a sentence is made. */
export interface Said {
  place: Place;
  now: Date;
}

/** The state of the nightly sync: what it waits for, or since when it is off, if known. */
export type Night =
  { on: true; next: Date; pausedBy?: 'archived' | 'not connected' } | { on: false; since?: Date };

/** The first sentence of the tab: what the last run did, or is doing. @param last the newest run */
export function saySync(last: SyncRun | undefined, { place, now }: Said): string {
  if (!last) return 'Nothing has been synced yet.';
  if (last.state === 'running' && last.stopRequested) return 'A run stops at its next safe point.';
  return sayRun(last, place, now);
}

/** Whether the nightly sync is on and when it runs next, or since when it is off. */
export function sayNight(night: Night, { place, now }: Said): string {
  if (!night.on) {
    const since = night.since ? `has been off since ${dayAndTimeSoon(night.since, place, now)}` : 'is off';
    return `The nightly sync ${since}. Until you start it again, only Sync now updates this event.`;
  }
  if (night.pausedBy === 'archived') return 'The nightly sync is paused while the event is archived.';
  if (night.pausedBy) return 'The nightly sync is paused because Clever isn’t enabled for this account.';
  return `The nightly sync is on. It runs next on ${dayAndTimeSoon(night.next, place, now)}.`;
}

/**
 * After failed or stopped runs: when the last successful run was, and what followed. '' if the last finished run was successful.
 * @param recent the newest runs, newest first; @param good the last successful run, which may be older than all of them
 */
export function sayBadEnds(recent: SyncRun[], good: SyncRun | null, { place, now }: Said): string {
  const over = recent.filter((run) => isOver(run) && run.purpose === 'sync');
  const goodAt = good ? over.findIndex(({ _id }) => _id.equals(good._id)) : -1;
  if (goodAt === 0 || over.length === 0) return '';
  const since = (goodAt === -1 ? over : over.slice(0, goodAt)).map(({ state }) => state);
  const bad = sayEnds(since);
  if (!good) return `No sync has finished yet: ${bad}.`;
  const when = dayAndTimeSoon(good.startedAt ?? good.createdAt, place, now);
  // The good run is older than the runs that were read: there may have been more.
  const atLeast = goodAt === -1 ? 'at least ' : '';
  return `The last good run was on ${when}. Since then, ${atLeast}${bad}.`;
}

function sayEnds(states: RunState[]): string {
  const failed = states.filter((state) => state === 'failed').length;
  const stopped = states.filter((state) => state === 'stopped').length;
  return [
    ...(failed > 0 ? [`${String(failed)} failed`] : []),
    ...(stopped > 0 ? [`${String(stopped)} ${stopped === 1 ? 'was' : 'were'} stopped`] : []),
  ].join(' and ');
}

/** The last successful run: when (with a link to it), how long it took, what it did. */
export function sayGood(good: SyncRun, { place, now }: Said) {
  return {
    href: pathOfRun(good._id),
    when: dayAndTimeSoon(good.startedAt ?? good.createdAt, place, now),
    took: tookInWords(tookOf(good)),
    result: sayResult(good, place),
  };
}
