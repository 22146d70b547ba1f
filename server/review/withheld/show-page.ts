import type { Deps } from '../../deps.js';
import { countIn, countOfAll, findTogether } from '../../models/find-together.js';
import { RosterChange } from '../../models/roster-change.js';
import { User } from '../../models/user.js';
import type { Actor } from '../../web/actor.js';
import { countOf } from '../../web/format-count.js';
import { dayAndTimeSoon } from '../../web/format-time.js';
import type { Style } from '../../web/place.js';
import { addressOf, pagerOf, sliceOf } from '../../web/paging.js';
import { askWithheld, withheldByKind, type WithheldCounts } from '../../runs/changes/count-withheld.js';
import { TIE_KINDS } from '../../runs/changes/tie-kinds.js';
import { listChips } from '../journal/list-chips.js';
import { askCounts, changesFilter, changesPage } from '../journal/queries.js';
import { scopeOf } from '../journal/routes.js';
import { showChanges } from '../journal/show-changes.js';
import type { ChangesQuery } from '../journal/schema.js';
import { pathOfRefresh, pathOfRun, type RunPlace } from '../../runs/show/queries.js';
import { sayWhyWithheld } from '../../runs/log/say-remark.js';
import { withheldInWords } from '../../runs/show/summarize-run.js';
import { countBookings } from './count-bookings.js';
import { nameSource } from '../../runs/show/name-source.js';
import { askSince, decisionOn, type Decision } from '../../runs/show/read-withheld.js';
import type { WithheldQuery } from './schema.js';
import { sayRollover } from './say-rollover.js';

const PAGE_SIZE = 50;

export function withheldRowsOf({ q, kind }: Pick<WithheldQuery, 'q' | 'kind'>): ChangesQuery {
  return { q, kind, action: '', state: 'withheld' satisfies RosterChange['state'] };
}

/** The page of a run's withheld removals: list, effects of either decision, who decided. */
export async function withheldPage(deps: Deps, actor: Actor, place: RunPlace, query: WithheldQuery) {
  const { run, home, event } = place;
  const { q, kind, page } = query;
  const runs = [run._id];
  const wanted = withheldRowsOf(query);
  const found = await findTogether({
    changes: askCounts(runs),
    byKind: askWithheld({ run: run._id }),
    matching: countOfAll<RosterChange>(RosterChange, changesFilter(runs, wanted)),
    since: askSince(run._id),
  });
  const { changes } = found;
  const counts = withheldByKind(found.byKind);
  const withheld = changes.filter(({ state }) => state === 'withheld');
  const words = withheldInWords(counts, actor);
  const total = countIn(found.matching);
  const rows = await changesPage(runs, wanted, sliceOf(total, page, PAGE_SIZE).skip, PAGE_SIZE);
  const decision = await decisionOn(place);
  const bookings = words ? await countBookings(run.account, run._id) : 0;
  const source = nameSource(actor.source);
  return {
    section: 'importer',
    title: `Removals to review: ${event?.name ?? 'the account’s roster'}`,
    place,
    q,
    kind,
    words,
    source,
    since: dayAndTimeSoon(found.since[0]?.since ?? run.startedAt ?? run.createdAt, actor, deps.now()),
    reasons: sayWhyWithheld(run, actor, source),
    rollover: words ? sayRollover(run.counts) : '',
    effects: effectsOf(counts, bookings, event !== undefined, actor, source),
    decided: decision && (await sayDecision(decision, actor, event !== undefined, deps.now())),
    csv: addressOf(`${home}/withheld.csv`, { q, kind }),
    path: `${home}/withheld`,
    chips: listChips(`${home}/withheld`, { ...wanted, state: '' }, withheld),
    rows: await showChanges(scopeOf(place), rows, true),
    pager: pagerOf(total, page, PAGE_SIZE, ['record', 'records'], (to) =>
      addressOf(`${home}/withheld`, { q, kind, page: to }),
    ),
  };
}

function effectsOf(
  counts: WithheldCounts,
  bookings: number,
  ofEvent: boolean,
  style: Style,
  source: string,
): { accept: string[]; reject: string[] } {
  const only = (isWanted: (kind: string) => boolean) =>
    withheldInWords(Object.fromEntries(Object.entries(counts).filter(([kind]) => isWanted(kind))), style);
  const words = only((kind) => !TIE_KINDS.includes(kind));
  const ties = only((kind) => TIE_KINDS.includes(kind));
  const how = ofEvent ? 'leave the event' : 'are marked as transferred or archived. Nobody is deleted';
  return {
    accept: [
      ...(words ? [`${words} ${how}.`] : []),
      ...(ties ? [`${ties} end: these people stay, but not in these classes.`] : []),
      bookings > 0
        ? `They have ${countOf(bookings, 'appointment', 'appointments')}. All stay booked; those that no longer fit are listed under Problems.`
        : 'They have no appointments.',
    ],
    reject: [
      'All of them stay as they are, and parents can book as before.',
      ...(words
        ? [`Later syncs keep them too, unless they come back in ${source} and go missing again.`]
        : []),
      ...(ties
        ? [
            `These classes keep their people until ${source} ${source === 'Clever' ? 'lists' : 'list'} somebody else for them.`,
          ]
        : []),
    ],
  };
}

async function sayDecision(decision: Decision, actor: Actor, ofEvent: boolean, now: Date) {
  const { run, verdict, state, by, at, reason } = decision;
  const user = by && (await User.findById(by, { name: 1 }).lean());
  const done = verdict === 'accept' ? 'accepted' : 'rejected';
  const open = state === 'queued' || state === 'running';
  return {
    open,
    href: ofEvent ? pathOfRun(run) : pathOfRefresh(run),
    text: `${user?.name ?? 'Somebody'} ${done} the removals on ${dayAndTimeSoon(at, actor, now)}.${open ? ' It’s running now.' : ''}${state === 'failed' || state === 'stopped' ? ' That run didn’t finish, so you can decide again.' : ''}`,
    reason,
  };
}
