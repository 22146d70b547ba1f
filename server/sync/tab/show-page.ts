import type { Response } from 'express';
import type { Deps } from '../../deps.js';
import type { Event } from '../../models/event.js';
import type { SyncRun } from '../../models/sync-run.js';
import { eventFrame } from '../../web/event-tabs.js';
import { actorOf } from '../../web/actor.js';
import { seenOf } from '../../web/compare-seen.js';
import { dayAndTimeSoon, hourInWords, shortDayAndTime } from '../../web/format-time.js';
import { zoneName } from '../../web/format-zone.js';
import { eventOf } from '../../web/guards.js';
import type { Place, PlacedEvent } from '../../web/place.js';
import { pagerOf, sliceOf } from '../../web/paging.js';
import { findNextNight } from '../nights/find-due-night.js';
import { withheldNotices } from '../../runs/show/read-withheld.js';
import { findMend } from '../../runs/show/find-mend.js';
import { tookOf } from '../../runs/show/measure-took.js';
import { pathOfRun } from '../../runs/show/queries.js';
import { sayRemarks } from '../../runs/log/say-remark.js';
import { isOver, STATE_WORDS, TRIGGER_WORDS } from '../../runs/show/show-run.js';
import {
  choiceInWords,
  countRuns,
  eventRuns,
  isConnected,
  lastGoodRun,
  livingRun,
  offSince,
  refreshesOf,
} from './queries.js';
import { findLeaving } from '../terms/find-leaving.js';
import { proposeTerms } from '../terms/propose-terms.js';
import { showProposals } from '../terms/show-proposals.js';
import { hourFields } from './schema.js';
import { showHistory } from './show-history.js';
import { sayBadEnds, sayNight, saySync, sayGood, type Night, type Said } from './say-sync.js';
import { sayResult } from '../../runs/log/say-result.js';
import { tookInWords } from '../../web/format-count.js';

const PAGE_SIZE = 25;
/** The number of runs in the chart: a month of nights. */
const CHARTED = 30;

/** The tab's address. */
export function homeOf(res: Response): string {
  return `/events/${eventOf(res)._id.toHexString()}/sync`;
}

/** What the Sync tab shows. @param page of its runs, from 1 */
export async function syncPage(deps: Deps, res: Response, page: number) {
  const event = eventOf(res);
  const actor = actorOf(res);
  const said = { place: actor, now: deps.now() };
  const living = await livingRun(event._id);
  const runs = await runsOf(event, page, homeOf(res), said);
  return {
    ...eventFrame(event, 'sync'),
    home: homeOf(res),
    withheld: await withheldNotices(actor, deps.now(), event._id),
    sync: event.sync,
    seen: seenOf(hourFields(actor), { hour: event.sync?.hour }),
    choice: await choiceInWords(event),
    proposals: await proposalsOf(deps, event),
    living: living ? pathOfRun(living._id) : '',
    zone: zoneName(actor),
    hours: Array.from({ length: 24 }, (_, hour) => ({ value: hour, label: hourInWords(hour, actor) })),
    ...runs,
    mend: runs.failed ? await findMend(actor) : '',
  };
}

async function proposalsOf(deps: Deps, event: PlacedEvent) {
  const proposals = await proposeTerms(event, deps.now());
  const { sync } = event;
  if (!sync || proposals.length === 0) return undefined;
  // If classes of the event moved into a term, taking the term removes none.
  const allGone = proposals.some(({ why }) => why !== 'moved');
  const terms = proposals.map(({ term }) => term);
  const leaving = allGone ? await findLeaving(event, { ...sync, terms }) : { classes: 0, appointments: 0 };
  return showProposals(proposals, sync, leaving, event);
}

/** The runs: sentences, chart, the table's page. */
async function runsOf(event: Event, page: number, home: string, said: Said) {
  const total = await countRuns(event._id);
  const recent = await eventRuns(event._id, 0, CHARTED);
  const good = await lastGoodRun(event._id, recent, total);
  const refreshes = await refreshesOf(event.account, recent);
  const night = await nightOf(event, recent, said);
  const { skip } = sliceOf(total, page, PAGE_SIZE);
  const listed = page === 1 ? recent.slice(0, PAGE_SIZE) : await eventRuns(event._id, skip, PAGE_SIZE);
  return {
    failed: recent[0]?.state === 'failed',
    unshared: refreshes.get(recent.find(isOver)?.refresh?.toHexString() ?? '')?.unshared === true,
    sentence: saySync(recent[0], said),
    badEnds: sayBadEnds(recent, good, said),
    nightly: sayNight(night, said),
    next: night.on && !night.pausedBy ? dayAndTimeSoon(night.next, said.place, said.now) : '',
    good: good && sayGood(good, said),
    history: showHistory(recent, countsOf(refreshes), said.place),
    rows: listed.map((run) => rowOf(run, said.place)),
    pager: pagerOf(total, page, PAGE_SIZE, ['run', 'runs'], (to) => `${home}?page=${String(to)}`),
  };
}

function countsOf(refreshes: Awaited<ReturnType<typeof refreshesOf>>) {
  return new Map([...refreshes].map(([id, { counts }]) => [id, counts]));
}

async function nightOf(event: Event, recent: SyncRun[], { place, now }: Said): Promise<Night> {
  const { sync, status, account } = event;
  if (!sync?.on) return { on: false, ...(sync ? { since: await offSince(event, recent) } : {}) };
  const next = findNextNight(sync.hour, place.timeZone, now);
  if (status === 'archived') return { on: true, next, pausedBy: 'archived' };
  return { on: true, next, ...((await isConnected(account)) ? {} : { pausedBy: 'not connected' as const }) };
}

function rowOf(run: SyncRun, place: Place) {
  return {
    href: pathOfRun(run._id),
    when: shortDayAndTime(run.startedAt ?? run.createdAt, place),
    what: TRIGGER_WORDS[run.trigger],
    state: STATE_WORDS[run.state],
    took: tookInWords(tookOf(run)),
    result: sayResult(run, place),
    remarks: sayRemarks(run, place).length,
  };
}
