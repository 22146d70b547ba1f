import type { Response } from 'express';
import type { Deps } from '../deps.js';
import type { Rehearsal, RehearsalOutcome, RehearsalPlan, RehearsedPage } from '../models/rehearsal.js';
import { Resource } from '../models/resource.js';
import { User } from '../models/user.js';
import { drawBars } from '../web/draw-chart.js';
import { countOf, number, tookInWords } from '../web/format-count.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { eventOf } from '../web/guards.js';
import type { PlacedEvent } from '../web/place.js';
import { minutesOf } from './policy.js';
import { adviseOn } from './say-advice.js';
import { sayEnd, statusOf } from './say-end.js';
import { pathOf, rehearsalsPage } from './show-frame.js';

export const isOver = ({ state }: Pick<Rehearsal, 'state'>): boolean =>
  state !== 'waiting' && state !== 'running';

const PAGES: Record<RehearsedPage, string> = {
  event: 'The event’s first page',
  times: 'A teacher’s times',
  press: 'Pressing a time',
  confirm: 'Booking a time on hold',
  'plan form': 'Plan all my meetings: the form',
  'make plan': 'Plan all my meetings: making the plan',
  'book plan': 'Plan all my meetings: booking all',
};

/** Why a family got no time, by what its page said. */
const REASONS: Record<string, string> = {
  'no times': 'No times yet',
  full: 'All times were taken',
  busy: 'The only free times overlapped the family’s other appointments',
  'gave up': 'Somebody was quicker five times in a row',
  'teacher limit': 'Limit of appointments with one teacher',
  'class limit': 'Limit of appointments for one class',
  'household limit': 'Limit of appointments for one family',
  'student limit': 'Limit of appointments for one student',
  'day limit': 'Limit of appointments for one teacher and day',
  call: 'Only by calling the school',
  'too late': 'Too late to book',
  over: 'No times are ahead',
};

/** The server kept up if it took at most this many times as long as the families took to come; the last family needs a moment too. */
const BEHIND = 1.05;

/** Shows a rehearsal: its progress, or its outcome. */
export async function showRehearsal(deps: Deps, res: Response, rehearsal: Rehearsal): Promise<void> {
  const event = eventOf(res);
  const { outcome, plan, by, createdAt } = rehearsal;
  const user = await User.findById(by, { name: 1 }).lean();
  res.render('rehearsal/rehearsal', {
    ...rehearsalsPage(event),
    path: pathOf(event, rehearsal._id),
    isOver: isOver(rehearsal),
    isStopping: rehearsal.stopping === true,
    status: statusOf(rehearsal),
    ended: sayEnd(rehearsal),
    stages: stagesOf(rehearsal),
    facts: [
      { term: 'Families', value: number(plan.families) },
      {
        term: 'They come',
        value: `${number(plan.firstPercent)}% in the first ${countOf(plan.firstMinutes, 'minute', 'minutes')}, the others within ${countOf(plan.restMinutes, 'more minute', 'more minutes')}`,
      },
      {
        term: 'They meet',
        value: plan.perChild
          ? `${countOf(plan.perChild, 'teacher', 'teachers')} about each child`
          : 'all teachers of each child',
      },
      { term: 'With “Plan all my meetings”', value: `${number(plan.planPercent)}%` },
      { term: 'Speed', value: plan.pace === 1 ? 'As on the day' : `${number(plan.pace)} times as fast` },
      { term: 'Started', value: dayAndTimeSoon(createdAt, event, deps.now()) },
      ...(outcome ? [{ term: 'Took', value: tookInWords(outcome.tookMs) }] : []),
      { term: 'By', value: user?.name ?? 'Somebody who no longer has access' },
    ],
    ...(outcome ? await showOutcome(event, outcome, plan) : {}),
  });
}

async function showOutcome(event: PlacedEvent, outcome: RehearsalOutcome, plan: RehearsalPlan) {
  const { teachers, pages, unmet, minutes, tookMs } = outcome;
  const names = await Resource.find(
    { _id: { $in: teachers.map(({ resource }) => resource) }, account: event.account },
    { name: 1 },
  ).lean();
  const nameOf = new Map(names.map(({ _id, name }) => [String(_id), name]));
  const home = `/events/${event._id.toHexString()}`;
  const restMinutes = plan.firstPercent === 100 ? 0 : plan.restMinutes;
  const comeMs = minutesOf({ ...plan, restMinutes }) * 60_000;
  const busiest = Math.max(0, ...minutes);
  return {
    outcome,
    isBehind: tookMs > comeMs * BEHIND,
    perMinute: Math.round(outcome.booked / Math.max(1 / 60, tookMs / 60_000)),
    advice: adviseOn(outcome, event, plan),
    pages: pages.map(({ page, ...waits }) => ({ label: PAGES[page], ...waits })),
    unmet: unmet.map(({ reason, count }) => ({ label: REASONS[reason] ?? 'Another reason', count })),
    teachers: teachers.map(({ resource, fullAt, noTimes, ...of }) => ({
      ...of,
      name: nameOf.get(String(resource)) ?? 'No longer in this event',
      href: nameOf.has(String(resource)) ? `${home}/forecast/${String(resource)}` : undefined,
      fullAt:
        fullAt === undefined
          ? noTimes
            ? 'No times yet'
            : 'Times are left'
          : fullAt === 0
            ? of.booked === 0
              ? 'Before it opens'
              : 'In the first minute'
            : `After ${countOf(fullAt, 'minute', 'minutes')}`,
    })),
    chart:
      minutes.length > 1
        ? drawBars({
            id: 'minutes',
            title: 'Booked',
            description: `Bookings in each minute of the opening, ${number(busiest)} in the busiest one. The table below has every minute.`,
            parts: [{ role: 'full', label: 'Booked' }],
            columns: minutes.map((count, minute) => ({
              label: number(minute + 1),
              group: '',
              tip: `Minute ${number(minute + 1)}: ${countOf(count, 'booking', 'bookings')}`,
              values: [count],
            })),
            say: number,
          })
        : undefined,
  };
}

/** Its stages, for the progress bars. */
export function stagesOf(rehearsal: Pick<Rehearsal, 'state' | 'progress' | 'plan' | 'startedAt'>) {
  const { state, progress, plan } = rehearsal;
  const { copied, arrived, finished, booked } = progress;
  const isIn = arrived > 0 || finished > 0;
  const isAtWork = state === 'running';
  const stateOf = (is: 'waiting' | 'running' | 'done') => (isOver(rehearsal) ? ('done' as const) : is);
  return [
    {
      ...{ key: 'copy', label: 'Copying the event', done: copied },
      state: stateOf(isIn ? 'done' : isAtWork ? 'running' : 'waiting'),
    },
    {
      ...{ key: 'families', label: 'Families done', done: finished, total: plan.families },
      state: stateOf(isIn ? 'running' : 'waiting'),
    },
    {
      ...{ key: 'booked', label: 'Appointments booked', done: booked },
      state: stateOf(isIn ? 'running' : 'waiting'),
    },
  ];
}
