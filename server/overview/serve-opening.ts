import type { Request, Response, Router } from 'express';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { actorOf } from '../web/actor.js';
import { bookingState } from '../web/booking-state.js';
import { HttpError } from '../web/errors.js';
import { dayAndTimeSoon } from '../web/format-time.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { say } from '../web/session.js';
import { sightOf } from '../web/sight.js';
import { closeBooking, openBooking, windowShown } from '../events/open-booking.js';
import { eventCounts } from '../events/queries.js';
import { eventPage, pathOf, reloadEvent } from '../events/show-event.js';
import { announcedDetail } from './list-steps.js';
import { readReadiness } from './read-readiness.js';
import { explainWarning, warnOfOpening } from './warn-opening.js';

/** Opening and closing an event's booking by hand. */
export function openingPages(router: Router, deps: Deps): void {
  const guard = eventGuard('event administrator');

  const showOpening = async (res: Response): Promise<void> => {
    const event = eventOf(res);
    const ready = await readReadiness(event);
    const { closesAt } = event.booking;
    const until =
      closesAt && closesAt > deps.now()
        ? `It closes on ${dayAndTimeSoon(closesAt, event, deps.now())}, as scheduled.`
        : 'It stays open until you close it.';
    // Booking opens now and does not wait for the time that is set.
    const opened = Object.assign({}, event, { booking: { ...event.booking, opensAt: deps.now() } });
    const at = { now: deps.now(), sendsMail: deps.config.smtpUrl !== undefined };
    const warnings = warnOfOpening(opened, ready, at).map(
      (warning) => explainWarning(warning, event, deps.now()).text,
    );
    const shown = windowShown(event, deps.now());
    const announce = at.sendsMail ? ' To tell them, announce booking.' : '';
    const told = ready.announcedAt
      ? announcedDetail(event, ready, deps.now())
      : `Families aren’t told by email.${announce}`;
    res.render('overview/opening', { ...eventPage(event, 'overview'), ready, until, told, warnings, shown });
  };

  router.get('/:event/opening', guard, (_req, res) => showOpening(res));

  router.post('/:event/opening', guard, async (req, res) => {
    const event = eventOf(res);
    // If booking is open already, that is what was asked for, whatever the page showed.
    const isOpen = bookingState(event, deps.now()) === 'open';
    const opened =
      isOpen || isAsShown(req, event, deps.now())
        ? await openBooking(actorOf(res), event, deps.now())
        : ({ ok: false, reason: 'changed meanwhile' } as const);
    if (!opened.ok && opened.reason === 'changed meanwhile') {
      await askAgain(res);
      return showOpening(res);
    }
    if (!opened.ok && opened.reason === 'round') {
      const text =
        'Booking can’t open while the preference round lasts. Cancel the round here, or wait until its appointments are booked.';
      say(req, { kind: 'danger', text });
      res.redirect(303, `${pathOf(event)}/settings/draw`);
      return;
    }
    if (!opened.ok && opened.reason === 'over')
      throw new HttpError(409, 'The last day of this event is over', 'Add a day in its settings first.');
    say(req, {
      kind: 'ok',
      text: 'Booking is open. Opening it sends no email.',
      ...(deps.config.smtpUrl === undefined
        ? {}
        : { links: [{ href: `${pathOf(event)}/announce`, label: 'Announce booking' }] }),
    });
    res.redirect(303, pathOf(event));
  });

  const showClosing = async (res: Response): Promise<void> => {
    const event = eventOf(res);
    const counts = await eventCounts(event, sightOf(res));
    const open = bookingState(event, deps.now()) === 'open';
    const shown = windowShown(event, deps.now());
    res.render('overview/closing', { ...eventPage(event, 'overview'), counts, open, shown });
  };

  router.get('/:event/closing', guard, (_req, res) => showClosing(res));

  router.post('/:event/closing', guard, async (req, res) => {
    const event = eventOf(res);
    const closed = isAsShown(req, event, deps.now())
      ? await closeBooking(actorOf(res), event, deps.now())
      : ({ ok: false, reason: 'changed meanwhile' } as const);
    if (!closed.ok && closed.reason === 'changed meanwhile') {
      await askAgain(res);
      return showClosing(res);
    }
    say(req, { kind: 'ok', text: closed.ok ? 'Booking is closed.' : 'Booking was already closed.' });
    res.redirect(303, pathOf(event));
  });
}

/** Whether booking is as the page showed it; a sender who does not say what was shown has seen the present state. */
function isAsShown(req: Request, event: Event, now: Date): boolean {
  const { shown } = (req.body ?? {}) as Record<string, unknown>;
  return shown === undefined || shown === windowShown(event, now);
}

/** Reads the event again for the page that is shown next. */
async function askAgain(res: Response): Promise<void> {
  await reloadEvent(res);
  res.status(422).locals.flash = {
    kind: 'notice',
    text: 'The booking times changed while you had this page open, and nothing is changed yet. Look again.',
  };
}
