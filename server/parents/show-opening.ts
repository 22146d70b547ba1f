import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { bookingState } from '../web/booking-state.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { zoneName } from '../web/format-zone.js';
import type { PlacedEvent } from '../web/place.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf, type Words } from '../web/words.js';
import { earlyOpening } from '../booking/open-early.js';
import { conferenceOf } from './load-conference.js';

/** A page without JavaScript reloads at least this often, because the school may change when booking opens. */
const MOST_SECONDS = 3600;
/** Spreads the reloads, so that browsers don't come in the same second. */
const SPREAD_SECONDS = 3;

/** What a page says about the booking window: whether it is open; before that, how long it takes and what can be done meanwhile. */
export function aboutOpening(deps: Deps, res: Response): Record<string, unknown> {
  const { event, home, usual, isUncounted } = conferenceOf(res);
  const now = deps.now();
  const leftMs = timeLeft(event, now);
  // The answer to a form has no address to reload.
  const isPage = res.req.method === 'GET';
  return {
    booking: sayWindow(event, now),
    early: sayEarly(event, usual, now),
    uncounted: isUncounted ? wordsOf(event)('opening.notCounted', { office: callOffice(event) }) : '',
    isOpen: bookingState(event, now) === 'open',
    leftMs,
    clock: res.locals.viewedFamily ? '' : `${home}/opening`,
    ...(leftMs === undefined
      ? {}
      : {
          scripts: ['format', 'opening'],
          ...(isPage ? { refresh: Math.min(MOST_SECONDS, Math.ceil(leftMs / 1000)) + spread() } : {}),
        }),
  };
}

/** At least one second, plus a random part. */
function spread(): number {
  return 1 + Math.floor(Math.random() * SPREAD_SECONDS);
}

/** Milliseconds until booking opens, by the server's clock; undefined if nobody waits for it. */
export function timeLeft({ booking, ...event }: PlacedEvent, now: Date): number | undefined {
  const { opensAt } = booking;
  return opensAt && bookingState({ booking, ...event }, now) === 'before' ? +opensAt - +now : undefined;
}

/** Whether parents can book, and between which times. */
export function sayWindow(event: PlacedEvent, now: Date): string {
  const { opensAt, closesAt } = event.booking;
  const t = wordsOf(event);
  const at = (moment: Date) => sayMoment(moment, event, now);
  switch (bookingState(event, now)) {
    case 'open':
      return closesAt ? t('booking.openUntil', { at: at(closesAt) }) : t('booking.open');
    case 'not set':
    case 'before':
      return opensAt ? t('booking.opensOn', { at: at(opensAt) }) : t('booking.notOpen');
    case 'closed':
      return sayClosed(event, now, t);
    default:
      return t('booking.closed');
  }
}

function sayClosed(event: PlacedEvent, now: Date, t: Words): string {
  const { closesAt } = event.booking;
  if (!closesAt) return t('booking.closed');
  return t('booking.closedOn', { at: sayMoment(closesAt, event, now), office: callOffice(event) });
}

/** Why this family books before others, or which families do. */
function sayEarly(event: PlacedEvent, usual: Date | undefined, now: Date): string {
  const t = wordsOf(event);
  if (usual && now < usual) return t('opening.early', { usual: sayMoment(usual, event, now) });
  const early = earlyOpening(event);
  if (!early || bookingState(event, now) !== 'before') return '';
  return t('opening.earlyFor', { number: early.children, at: sayMoment(early.at, event, now) });
}

function sayMoment(moment: Date, event: PlacedEvent, now: Date): string {
  return `${dayAndTimeSoon(moment, event, now)} (${zoneName(event)})`;
}
