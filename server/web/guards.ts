import type { RequestHandler, Response } from 'express';
import { Event } from '../models/event.js';
import { atLeast, type AccessLevel } from '../models/user.js';
import { actorOf, levelIn, maybeActor } from './actor.js';
import { eventTabs } from './event-tabs.js';
import { disableForms } from './disable-forms.js';
import { archivedEvent, forbidden, notFound } from './errors.js';
import { zoneIfElsewhere } from './format-zone.js';
import { parseId } from './parse.js';
import { placed, type PlacedEvent } from './place.js';
import { sightIn } from './sight.js';

/** Lets only people pass who are logged in. After logging in, others come back to the page they asked for. */
export const signedIn: RequestHandler = (req, res, next) => {
  if (maybeActor(res)) {
    next();
    return;
  }
  if (req.method === 'GET') res.redirect(303, `/login?next=${encodeURIComponent(req.originalUrl)}`);
  else res.redirect(303, '/login');
};

/** Lets people pass who have the level `least` or a higher one in the whole account. */
export function levelGuard(least: AccessLevel): RequestHandler {
  return (_req, res, next) => {
    const actor = actorOf(res);
    if (!atLeast(actor.level, least)) throw forbidden();
    next();
  };
}

/** Lets people pass who are staff anywhere in the account: everybody but parents and students. */
export const staffGuard: RequestHandler = (_req, res, next) => {
  if (actorOf(res).levelName === 'customer') throw forbidden();
  next();
};

/**
 * Loads the event named by `:event` through the actor's own account, for people with the level `least` or a higher one in it. A stranger
 * gets 404, so that ids tell nothing; somebody with a lower level in the event gets 403. An archived event is read-only: its pages offer no
 * changes, and a change gets 409.
 * @param options.archived the route also changes archived events
 */
export function eventGuard(least: AccessLevel, { archived = false } = {}): RequestHandler {
  return async (req, res, next) => {
    const actor = actorOf(res);
    const id = parseId(req.params.event);
    // Several guards may stand before a page: one loads the event, each checks its own level.
    const known = res.locals.event as PlacedEvent | undefined;
    const isKnown = known?._id.equals(id) ?? false;
    const event = isKnown
      ? known
      : await Event.findOne({ _id: id, account: actor.account, status: { $ne: 'deleted' } }).lean();
    if (!event) throw notFound();
    const level = levelIn(actor, event._id);
    if (level === 'customer') throw notFound();
    if (!atLeast(level, least)) throw forbidden();
    const place = placed(event, actor);
    res.locals.event = place;
    res.locals.zone = zoneIfElsewhere(place, actor);
    if (!isKnown) res.locals.sight = await sightIn(actor, event._id);
    res.locals.eventTabs = eventTabs(event._id, level);
    guardArchived(res, () => eventOf(res).status, archived);
    next();
  };
}

/**
 * Makes an archived event read-only: no page of this answer offers a change.
 * @param statusNow the event's status, which the request may change before it answers
 * @throws 409 for a change, unless `accepts`
 */
export function guardArchived(res: Response, statusNow: () => Event['status'], accepts = false): void {
  if (statusNow() === 'archived' && res.req.method === 'POST' && !accepts) throw archivedEvent();
  // A room and a route may both have a guard.
  if (res.locals.looksAlone) return;
  res.locals.looksAlone = true;
  const render = res.render.bind(res);
  res.render = (view: string, locals?: object) => {
    render(view, locals, (error: Error | null, html: string) => {
      if (error) res.req.next?.(error);
      else res.send(statusNow() === 'archived' ? disableForms(html) : html);
    });
  };
}

/** The event of a request behind `eventGuard`. */
export function eventOf(res: Response): PlacedEvent {
  const event = res.locals.event as PlacedEvent | undefined;
  if (!event) throw new Error('This route is not behind an event guard.');
  return event;
}
