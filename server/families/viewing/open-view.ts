import type { RequestHandler, Response } from 'express';
import { recordAudit } from '../../audit/record-audit.js';
import { openConference, openFor, type Family } from '../../parents/load-conference.js';
import type { Deps } from '../../deps.js';
import { AuditEntry } from '../../models/audit-entry.js';
import { contactName } from '../../models/contact.js';
import { accountOf, actorOf } from '../../web/actor.js';
import { bookingState } from '../../web/booking-state.js';
import { disableForms } from '../../web/disable-forms.js';
import { HttpError, notFound } from '../../web/errors.js';
import { eventOf } from '../../web/guards.js';
import { parseId } from '../../web/parse.js';
import { placed, type PlacedEvent } from '../../web/place.js';
import { readerCalled, speakIn } from '../../web/read-language.js';
import { renderPart } from '../../web/render-part.js';
import { findViewed } from './find-viewed.js';
import { findChild } from './queries.js';

/** Viewing again within an hour counts as the same view. */
const ONE_LOOK_MS = 3600_000;

/**
 * Shows the parents' pages to staff as one family sees them, and changes nothing: requests that would change something are refused, no form
 * can be sent, and nothing of a parent's login is used. Behind the event's guard.
 */
export function openView(deps: Deps): RequestHandler {
  return async (req, res, next) => {
    if (req.method !== 'GET' && req.method !== 'HEAD') throw lookOnly();
    const event = eventOf(res);
    const staff = actorOf(res);
    const { adult = '', student = '', mode = '' } = req.params as Record<string, string>;
    if (mode !== 'now' && mode !== 'open') throw notFound();
    const child = await findChild(event, parseId(student));
    const account = accountOf(res);
    if (!child) throw notFound();
    const viewed = await findViewed({ event, account, child, adult, staff, now: deps.now() });
    if (!viewed) throw notFound();
    await noteLook(deps, res, child._id);
    const isOpenNow = bookingState(event, deps.now()) === 'open';
    const path = `/events/${event._id.toHexString()}/as/${adult}/${child._id.toHexString()}`;
    const reader = readerCalled(viewed.actor.language, account);
    const shown = placed(mode === 'open' ? asOpen(event) : event, reader);
    const opened = { event: shown, account, home: `${path}/${mode}` };
    const conference = await openFor(opened, viewed.household, deps.now());
    speakIn(res, reader, account);
    openConference(res, conference);
    const family: Family = { ...conference, ...viewed };
    res.locals.viewedFamily = family;
    showAlone(res, family, {
      who: adult === 'none' ? `a family that has added ${contactName(child)} alone` : viewed.actor.name,
      isOpened: mode === 'open',
      // While booking is open, both are the same.
      other: mode === 'now' && isOpenNow ? '' : `${path}/${mode === 'open' ? 'now' : 'open'}`,
      back: `/events/${event._id.toHexString()}/as/${child._id.toHexString()}`,
    });
    next();
  };
}

function lookOnly(): HttpError {
  return new HttpError(
    403,
    'You’re looking at this page as a family',
    'Nothing can be booked or changed here. Go back to the event to do that.',
  );
}

/** The event as it will be when booking has opened. */
function asOpen(event: PlacedEvent): PlacedEvent {
  const { closesAt: _, ...booking } = event.booking;
  return Object.assign({}, event, { booking: Object.assign({}, booking, { opensAt: new Date(0) }) });
}

/** Renders the family's pages with all forms disabled and a banner that says so. */
function showAlone(res: Response, { actor }: Family, viewing: Record<string, unknown>): void {
  res.render = (view: string, locals?: object) => {
    renderPart(res, view, { ...locals, actor, viewing }).then(
      (html) => res.send(disableForms(html)),
      (error: unknown) => res.req.next?.(error),
    );
  };
}

async function noteLook(deps: Deps, res: Response, student: Family['household']['_id']): Promise<void> {
  const { account, _id: event } = eventOf(res);
  const { user } = actorOf(res);
  const now = deps.now();
  const look = { account, event, user, action: 'view as family' as const };
  const before = await AuditEntry.exists({
    ...look,
    targets: student,
    at: { $gt: new Date(now.getTime() - ONE_LOOK_MS) },
  });
  if (!before) await recordAudit({ ...look, targets: [student], at: now });
}
