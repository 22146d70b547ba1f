import type { RehearsalOutcome, RehearsalPlan } from '../models/rehearsal.js';
import { countOf, number } from '../web/format-count.js';
import type { PlacedEvent } from '../web/place.js';

/** Something that an administrator can do before the opening, with a link to the page for it. */
export interface Advice {
  text: string;
  href: string;
  label: string;
}

/** Families notice a page that takes longer than this, in ms. */
const SLOW_MS = 3000;

/** Refusals by the event's limits. */
const LIMITS = ['teacher limit', 'class limit', 'household limit', 'student limit', 'day limit'];

/** What a rehearsal suggests; empty if every family found its times quickly. */
export function adviseOn(
  outcome: RehearsalOutcome,
  event: PlacedEvent,
  { pace }: Pick<RehearsalPlan, 'pace'>,
): Advice[] {
  const home = `/events/${event._id.toHexString()}`;
  const { unmet, teachers, pages, moreTeachers, faults } = outcome;
  const countOfReason = (...reasons: string[]) =>
    unmet.filter(({ reason }) => reasons.includes(reason)).reduce((sum, { count }) => sum + count, 0);
  const full = teachers.filter(({ without, noTimes }) => without > 0 && !noTimes).length + moreTeachers;
  const [limited, busy, missing] = [
    countOfReason(...LIMITS),
    countOfReason('busy'),
    countOfReason('no times'),
  ];
  const slowest = pages[0];
  return [
    missing > 0 && {
      text: `For ${countOf(missing, 'appointment', 'appointments')} the teacher has no times yet that families can book.`,
      href: `${home}/slots/new`,
      label: 'Make slots',
    },
    full > 0 &&
      countOfReason('full') > 0 && {
        text: `${countOf(full, 'teacher has', 'teachers have')} fewer times than families ask for.`,
        href: `${home}/forecast`,
        label: 'Add times where they’re missing',
      },
    full > 0 &&
      !event.booking.waitlistMinutes && {
        text: 'There’s no waitlist: families who can’t get a time have to look again and again.',
        href: `${home}/settings`,
        label: 'Turn on the waitlist',
      },
    limited > 0 && {
      text: `A limit of this event refused ${countOf(limited, 'appointment', 'appointments')}.`,
      href: `${home}/settings`,
      label: 'Check the limits',
    },
    busy > 0 && {
      text: `For ${countOf(busy, 'appointment', 'appointments')} the only free times overlapped the family’s other appointments.`,
      href: `${home}/slots/new`,
      label: 'Make more slots',
    },
    faults > 0 && {
      text: `${countOf(faults, 'page', 'pages')} failed.`,
      href: `${home}/rehearsals`,
      label: 'Rehearse with fewer families',
    },
    slowest !== undefined &&
      slowest.p95 > SLOW_MS &&
      (pace > 1
        ? {
            text: `Pages became slow at ${number(pace)} times the speed of the day: 5 of 100 took longer than ${number(Math.round(slowest.p95 / 1000))} seconds.`,
            href: `${home}/rehearsals`,
            label: 'Rehearse at the speed of the day',
          }
        : {
            text: `Pages became slow: 5 of 100 took longer than ${number(Math.round(slowest.p95 / 1000))} seconds. Fewer families at once help.`,
            href: `${home}/settings`,
            label: 'Let families with several children begin earlier',
          }),
  ].filter((one) => one !== false);
}
