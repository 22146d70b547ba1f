import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { findTogether } from '../../models/find-together.js';
import type { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import { mayRunAll, type Actor } from '../../web/actor.js';
import { countOf, tookInWords } from '../../web/format-count.js';
import { dayAndTimeSoon, timeOfDay } from '../../web/format-time.js';
import { addressOf } from '../../web/paging.js';
import { askWithheld, withheldByKind } from '../../runs/changes/count-withheld.js';
import { decisionOn } from '../../runs/show/read-withheld.js';
import { previewState } from '../previews/queries.js';
import { findUndoable } from './undo-run.js';
import { findBroken } from './find-broken.js';
import { findFileProblems } from './find-file-problems.js';
import { findMend } from '../../runs/show/find-mend.js';
import { tookOf } from '../../runs/show/measure-took.js';
import {
  askerOf,
  pathOfRefresh,
  pathOfRun,
  readableRefresh,
  type RunPlace,
} from '../../runs/show/queries.js';
import { expectedStages } from './find-stages.js';
import { sayRemarks } from '../../runs/log/say-remark.js';
import {
  ACTION_WORDS,
  countRows,
  isOver,
  REFRESH_WORDS,
  sayRun,
  stagesOf,
  STATE_WORDS,
  TRIGGER_WORDS,
} from '../../runs/show/show-run.js';
import { nameSource } from '../../runs/show/name-source.js';
import { withheldInWords, sayMissing } from '../../runs/show/summarize-run.js';
import { sayWhy } from './say-why.js';

interface Fact {
  term: string;
  value?: string;
  href?: string;
  status?: { kind: string; word: string };
}

/** The page of a run: of an event, or of the account's roster. */
export async function runPage(deps: Deps, actor: Actor, account: Account, place: RunPlace) {
  const { run, refresh, home, title, back } = place;
  const preview = run.purpose === 'preview';
  const source = nameSource(actor.source);
  return {
    title,
    section: 'importer',
    home,
    back,
    run,
    preview,
    over: isOver(run),
    sentence: sayRun(run, actor, deps.now()),
    unshared: (refresh ?? ('trigger' in run ? undefined : run))?.unshared === true,
    mend: run.state === 'failed' ? await findMend(actor) : '',
    facts: await factsOf(deps, actor, place),
    withheld: await withheldOf(place, actor, source),
    undo: await mayUndo(place, actor),
    applies: preview ? await applies(deps, actor, place) : undefined,
    broken: await findBroken(place),
    fileProblems: await findFileProblems(place, actor),
    problems: place.event ? `/events/${place.event._id.toHexString()}/problems` : '',
    stages: stagesOf(run, refresh, expectedStages(place, account), deps.now()),
    rows: countRows(run, readableRefresh(place)),
    actions: ACTION_WORDS,
    remarks: [readableRefresh(place), run].flatMap((part) => (part ? sayRemarks(part, actor, source) : [])),
    addressOf,
  };
}

async function factsOf(deps: Deps, actor: Actor, place: RunPlace): Promise<Fact[]> {
  const { run, refresh } = place;
  const asker = await askerOf(run);
  const what = 'trigger' in run ? TRIGGER_WORDS[run.trigger] : REFRESH_WORDS[run.purpose];
  const began = dayAndTimeSoon(run.startedAt ?? run.createdAt, actor, deps.now());
  const took = tookInWords(tookOf(run));
  return [
    { term: 'State', status: STATE_WORDS[run.state] },
    { term: 'What', value: asker ? `${what}, requested by ${asker}` : what },
    ...(run.reason ? [{ term: 'Reason', value: run.reason }] : []),
    { term: run.startedAt ? 'Started' : 'Requested', value: began },
    ...(run.finishedAt
      ? [
          {
            term: 'Ended',
            value: `${timeOfDay(run.finishedAt, actor)}${took ? `, took ${took}` : ''}`,
          },
        ]
      : []),
    ...(refresh && mayRunAll(actor)
      ? [{ term: 'Download', value: 'The account’s part of this run', href: pathOfRefresh(refresh._id) }]
      : []),
    ...howOf(refresh ?? ('trigger' in run ? {} : run)),
    ...(await relatedOf(place)),
  ];
}

/** Whether the district was read completely or by its events, and why. */
function howOf({ how, why, events = 0 }: Pick<RosterRun, 'how' | 'why' | 'events'>): Fact[] {
  if (!how) return [];
  const value =
    how === 'full' ? sayWhy(why) : `Changes only: ${countOf(events, 'change', 'changes')} in Clever`;
  return [{ term: 'How it was read', value }];
}

/** The runs that this one is about, and those that are about it. */
async function relatedOf(place: RunPlace): Promise<Fact[]> {
  const { run, event } = place;
  const pathOf = event ? pathOfRun : pathOfRefresh;
  const decided = await decisionOn(place);
  const users = event || run.state !== 'done' ? [] : await SyncRun.find({ refresh: run._id }).limit(5).lean();
  const of = { apply: 'The preview that it applies', undo: 'The run that it undoes' };
  return [
    ...(run.of
      ? [
          {
            term: 'About',
            value:
              run.purpose === 'apply' || run.purpose === 'undo'
                ? of[run.purpose]
                : 'The run with these removals',
            href: pathOf(run.of),
          },
        ]
      : []),
    ...(run.undoneBy ? [{ term: 'Undone', value: 'The run that undid it', href: pathOf(run.undoneBy) }] : []),
    ...(decided
      ? [
          {
            term: 'Removals',
            value: decided.verdict === 'accept' ? 'Accepted' : 'Rejected',
            href: pathOf(decided.run),
          },
        ]
      : []),
    ...users.map((user) => ({
      term: 'Used by',
      value: TRIGGER_WORDS[user.trigger],
      href: pathOfRun(user._id),
    })),
  ];
}

/** What this run and its download still withhold, for the person who decides. */
async function withheldOf({ run, refresh, home, event }: RunPlace, actor: Actor, source: string) {
  const { own, below } = await findTogether({
    own: askWithheld({ run: run._id }),
    below: askWithheld({ run: { $in: refresh ? [refresh._id] : [] } }),
  }).then((found) => ({ own: withheldByKind(found.own), below: withheldByKind(found.below) }));
  return [
    ...(withheldInWords(own, actor)
      ? [{ text: sayMissing(own, actor, source), href: `${home}/withheld` }]
      : []),
    ...(withheldInWords(below, actor) && refresh
      ? [
          event && !mayRunAll(actor)
            ? { text: sayMissing(below, actor, source, { reviewer: 'an administrator' }), href: '' }
            : { text: sayMissing(below, actor, source), href: `${pathOfRefresh(refresh._id)}/withheld` },
        ]
      : []),
  ];
}

async function mayUndo({ run, event }: RunPlace, actor: Actor): Promise<boolean> {
  if (!event || !('event' in run) || !isOver(run)) return false;
  const can = await findUndoable(run);
  return can.event || (can.account !== undefined && mayRunAll(actor));
}

async function applies(deps: Deps, actor: Actor, place: RunPlace) {
  const state = await previewState(place, deps.now());
  if (state.can !== 'apply') return state;
  return { ...state, untilWords: dayAndTimeSoon(state.until, actor, deps.now()) };
}
