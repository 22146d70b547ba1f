import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { bookingStatus, mayCreateEvents, sayBooking } from '../events/policy.js';
import { eventCounts } from '../events/queries.js';
import { eventPage, pathOf } from '../events/show-event.js';
import { countLacking } from '../interpreters/queries.js';
import { countMarks } from '../reports/definitions/attendance.js';
import { listLinks } from '../reports/show-report.js';
import { withheldNotices } from '../runs/show/read-withheld.js';
import { findNextNight } from '../sync/nights/find-due-night.js';
import { sayNight, saySync } from '../sync/tab/say-sync.js';
import { actorOf, levelIn, mayRunAll, mayRunEvent, type Actor } from '../web/actor.js';
import { bookingState, type BookingState } from '../web/booking-state.js';
import { zoneName } from '../web/format-zone.js';
import { eventOf } from '../web/guards.js';
import type { PlacedEvent } from '../web/place.js';
import { sightOf } from '../web/sight.js';
import { countFigures } from './count-figures.js';
import { drawOverTime, drawTeachers } from './draw-booked.js';
import { nextStep, openingSteps } from './list-steps.js';
import { readDoings } from './read-doings.js';
import { readReadiness } from './read-readiness.js';
import { explainWarning, warnOfOpening } from './warn-opening.js';

/** The part of an event that its overview is about. */
type Phase = 'preparing' | 'booking' | 'after';

const PHASES: Record<BookingState, Phase> = {
  'not set': 'preparing',
  before: 'preparing',
  open: 'booking',
  closed: 'booking',
  over: 'after',
  archived: 'after',
};

/** How many of the teachers with too few slots the page names. */
const MOST_SHORT = 8;

export async function showOverview(deps: Deps, res: Response): Promise<void> {
  const event = eventOf(res);
  const actor = actorOf(res);
  const now = deps.now();
  const runs = mayRunEvent(actor, event._id);
  const phase = PHASES[bookingState(event, now)];
  const seesAll = sightOf(res).resource === undefined;
  const [withheld, part] = await Promise.all([
    runs ? withheldNotices(actor, now, event._id) : [],
    phase === 'preparing' && runs
      ? prepare(deps, actor, event)
      : phase === 'booking' && seesAll
        ? watch(actor, event, now, runs)
        : lookBack(res, event, phase === 'after' && seesAll),
  ]);
  res.render('overview/show', {
    ...eventPage(event, 'overview'),
    ...{ phase, runs, withheld },
    mayCreate: mayCreateEvents(actor),
    state: bookingState(event, now),
    sentence: sayBooking(event, now),
    status: bookingStatus(event, now),
    zone: zoneName(event),
    link: `${deps.config.publicUrl}/e/${event.link}`,
    reports: listLinks(event, levelIn(actor, event._id)),
    lacking: runs && phase !== 'after' ? await countLacking(event, now) : 0,
    ...part,
  });
}

/** Before booking opens: the checklist, and warnings against opening. */
async function prepare(deps: Deps, actor: Actor, event: PlacedEvent) {
  const now = deps.now();
  const ready = await readReadiness(event);
  const steps = openingSteps(event, ready, now, mayRunAll(actor));
  const sendsMail = deps.config.smtpUrl !== undefined;
  const shown = new Set(steps.filter(({ done }) => !done).map(({ label }) => label));
  return {
    counts: ready,
    steps,
    rehearses: mayRunAll(actor) && ready.slots > 0 && ready.classes > 0,
    next: nextStep(steps),
    // A warning that repeats an open step is left out.
    warnings: warnOfOpening(event, ready, { now, sendsMail })
      .filter(({ code }) => !SAID_BY[code] || !shown.has(SAID_BY[code]))
      .map((warning) => explainWarning(warning, event, now)),
  };
}

const SAID_BY: Partial<Record<string, string>> = {
  'no classes': 'Import the roster',
  'no slots': 'Make the slots',
  unchecked: 'Check the classes',
  'without slots': 'Make the slots',
};

/** While families book: the figures with their charts, families who find no time, and what Slotbell does by itself. */
async function watch(actor: Actor, event: PlacedEvent, now: Date, runs: boolean) {
  const [figures, doings] = await Promise.all([
    countFigures(event, now),
    runs ? readDoings(event) : undefined,
  ]);
  const home = pathOf(event);
  const short = figures.teachers
    .filter(({ missing }) => missing > 0)
    .toSorted((a, b) => b.missing - a.missing || (a.name < b.name ? -1 : 1));
  return {
    figures,
    overTime: drawOverTime(figures, event, now),
    teachers: drawTeachers(figures.teachers, (id) => (runs ? `${home}/slots/${id}` : undefined)),
    short: short.slice(0, MOST_SHORT),
    moreShort: Math.max(0, short.length - MOST_SHORT),
    missing: short.reduce((sum, { missing }) => sum + missing, 0),
    ...(doings
      ? {
          failed: doings.failed,
          lastSync: event.sync
            ? saySync(doings.last, { place: actor, now })
            : 'Nothing is synced into this event.',
          nextSync: event.sync
            ? sayNight(nightOf(event, event.sync, doings.isConnected, actor, now), { place: actor, now })
            : '',
        }
      : {}),
  };
}

function nightOf(
  { status }: PlacedEvent,
  { on, hour }: NonNullable<PlacedEvent['sync']>,
  isConnected: boolean,
  { timeZone }: Actor,
  now: Date,
) {
  if (!on) return { on };
  const pausedBy =
    status === 'archived' ? ('archived' as const) : isConnected ? undefined : ('not connected' as const);
  return { on, next: findNextNight(hour, timeZone, now), ...(pausedBy ? { pausedBy } : {}) };
}

/** After the event: what took place, and who came. */
async function lookBack(res: Response, event: PlacedEvent, withMarks: boolean) {
  const [counts, marks] = await Promise.all([
    eventCounts(event, sightOf(res)),
    withMarks ? countMarks({ filter: { event: event._id, account: event.account } }) : undefined,
  ]);
  return { counts, marks };
}
