import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { bookingState } from '../web/booking-state.js';
import { dayAndTimeSoon, daysInWords } from '../web/format-time.js';
import { zoneName } from '../web/format-zone.js';
import type { PlacedEvent } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import { bookDecided } from '../booking/leave-plan.js';
import { hasWaitlist } from '../waitlist/policy.js';
import { waitsOf } from '../waitlist/show-wait.js';
import { conferenceOf, type Family } from './load-conference.js';
import { childrenWithTeachers, meetingsOf } from '../booking/queries.js';

/** A family's first page: its children with their teachers, and its meetings. */
export async function showFamily(deps: Deps, res: Response, family: Family): Promise<void> {
  // A look of staff writes nothing.
  if (!res.locals.viewedFamily) await bookDecided({ event: family.event._id, user: family.actor.user });
  const meetings = await meetingsOf(family.event, family.household._id);
  const children = await childrenWithTeachers(family.event, family.household.children, meetings);
  const waits = hasWaitlist(family.event)
    ? await waitsOf(family.event, family.household._id, deps.now())
    : [];
  res.render('booking/overview', { ...aboutEvent(deps, res), children, meetings, waits });
}

/** What the event's pages say of it. */
export function aboutEvent(deps: Deps, res: Response): Record<string, unknown> {
  const { event, account } = conferenceOf(res);
  return {
    title: event.name,
    account,
    days: daysInWords(event.days, event),
    booking: sayWindow(event, deps.now()),
    isOpen: bookingState(event, deps.now()) === 'open',
  };
}

/** Whether parents can book, and from when until when. */
export function sayWindow(event: PlacedEvent, now: Date): string {
  const { opensAt, closesAt } = event.booking;
  const t = wordsOf(event);
  const at = (moment: Date) => `${dayAndTimeSoon(moment, event, now)} (${zoneName(event)})`;
  switch (bookingState(event, now)) {
    case 'open':
      return closesAt ? t('booking.openUntil', { at: at(closesAt) }) : t('booking.open');
    case 'not set':
    case 'before':
      return opensAt ? t('booking.opensOn', { at: at(opensAt) }) : t('booking.notOpen');
    default:
      return t('booking.closed');
  }
}
