import { DateTime } from 'luxon';
import type { PlacedEvent } from '../web/place.js';
import { countOf } from '../web/format-count.js';
import { nameSpoken } from '../web/format-language.js';
import { dayAndTimeSoon, fullDay } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import type { Readiness } from './read-readiness.js';

/** A reason against opening an event’s booking, as a code. */
export type OpeningWarning =
  | { code: 'no classes' | 'no slots' | 'unchecked' | 'no office' | 'no mail server' }
  | { code: 'without slots' | 'unproven'; count: number }
  | { code: 'empty day' | 'sunday' | 'past day'; day: string }
  | { code: 'no interpreter'; language: string }
  | { code: 'closes late' | 'opens late'; at: Date };

type Warned = Pick<PlacedEvent, 'days' | 'booking' | 'office' | 'checked' | 'timeZone'>;
type Counted = Pick<
  Readiness,
  'importedClasses' | 'classes' | 'slots' | 'slotsOn' | 'withoutSlots' | 'unproven' | 'unspoken'
>;

/** @param sendsMail a mail server is set up */
export function warnOfOpening(
  event: Warned,
  ready: Counted,
  { now, sendsMail }: { now: Date; sendsMail: boolean },
): OpeningWarning[] {
  const { opensAt, closesAt } = event.booking;
  const [first = '', last = ''] = [event.days[0], event.days.at(-1)];
  const local = (at: Date) => dayOf(at, event.timeZone);
  const warnings: (OpeningWarning | false | undefined)[] = [
    ready.importedClasses + ready.classes === 0 && { code: 'no classes' },
    ready.slots === 0 && { code: 'no slots' },
    ready.slots > 0 && ready.withoutSlots > 0 && { code: 'without slots', count: ready.withoutSlots },
    ready.classes > 0 && !event.checked.includes('classes') && { code: 'unchecked' },
    ...event.days.flatMap((day): OpeningWarning[] => [
      ...(day < local(now) ? [{ code: 'past day' as const, day }] : []),
      ...(DateTime.fromISO(day).weekday === 7 ? [{ code: 'sunday' as const, day }] : []),
      ...(ready.slots > 0 && day >= local(now) && !ready.slotsOn.has(day)
        ? [{ code: 'empty day' as const, day }]
        : []),
    ]),
    opensAt && opensAt > now && local(opensAt) > first && { code: 'opens late', at: opensAt },
    closesAt && closesAt > now && local(closesAt) > last && { code: 'closes late', at: closesAt },
    ready.unproven > 0 && { code: 'unproven', count: ready.unproven },
    ...ready.unspoken.map((language) => ({ code: 'no interpreter' as const, language })),
    !event.office?.phone && !event.office?.email && { code: 'no office' },
    !sendsMail && { code: 'no mail server' },
  ];
  return warnings.filter((warning) => warning !== false && warning !== undefined);
}

/** A warning in words, with the page on which to repair it. */
export function explainWarning(
  warning: OpeningWarning,
  event: PlacedEvent,
  now: Date,
): { text: string; href?: string; label?: string } {
  const home = `/events/${event._id.toHexString()}`;
  const to = (text: string, label: string, path: string) => ({ text, label, href: path });
  switch (warning.code) {
    case 'no classes':
      return to(
        'No roster is imported, so parents see no teachers.',
        'Import classes',
        `/importer?event=${event._id.toHexString()}`,
      );
    case 'no slots':
      return to('There are no slots, so parents see no times.', 'Make slots', `${home}/slots/new`);
    case 'without slots':
      return to(
        `${countOf(warning.count, 'teacher has classes but no slots', 'teachers have classes but no slots')}.`,
        'Show them',
        `${home}/slots?show=without`,
      );
    case 'unchecked':
      return to('Classes haven’t been marked as checked.', 'Class Editor', `${home}/classes`);
    case 'empty day':
      return to(`${fullDay(warning.day, event)} has no slots.`, 'Make slots', `${home}/slots/new`);
    case 'sunday':
      return to(`${fullDay(warning.day, event)} is a Sunday.`, 'Change the days', `${home}/settings`);
    case 'past day':
      return to(`${fullDay(warning.day, event)} is over.`, 'Change the days', `${home}/settings`);
    case 'opens late':
      return to(
        `Booking opens on ${dayAndTimeSoon(warning.at, event, now)}, after the first day has begun.`,
        'Change when it opens',
        `${home}/settings`,
      );
    case 'closes late':
      return to(
        `Booking closes on ${dayAndTimeSoon(warning.at, event, now)}, after the last day.`,
        'Change when it closes',
        `${home}/settings`,
      );
    case 'unproven':
      return {
        text: `${countOf(warning.count, 'student has', 'students have')} no Student ID or no birth date. Their families can book only if the school has their email or gives them a code.`,
      };
    case 'no interpreter':
      return to(
        `Nobody interprets ${nameSpoken(warning.language, event.locale)}, so families who ask for it can’t book.`,
        'Add an interpreter',
        `${home}/settings/interpreters`,
      );
    case 'no office':
      return to(
        'Families don’t see how to reach the office: no phone or email is entered.',
        'Enter it',
        `${home}/settings/emails`,
      );
    case 'no mail server':
      return {
        text: 'No email server is set up, so nobody gets an email from Slotbell. Hand out letters instead.',
      };
  }
}
