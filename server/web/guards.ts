import type { RequestHandler, Response } from 'express';
import { Event } from '../models/event.js';
import { atLeast, type AccessLevel } from '../models/user.js';
import { actorOf, levelIn, maybeActor } from './actor.js';
import { eventTabs } from './event-tabs.js';
import { forbidden, notFound } from './errors.js';
import { zoneIfElsewhere } from './format-zone.js';
import { parseId } from './parse.js';
import { placed, type PlacedEvent } from './place.js';
import { sightIn } from './sight.js';

/** Lets nobody past who is not logged in; after logging in they come back to the page they asked for. */
export const signedIn: RequestHandler = (req, res, next) => {
  if (maybeActor(res)) {
    next();
    return;
  }
  if (req.method === 'GET') res.redirect(303, `/login?next=${encodeURIComponent(req.originalUrl)}`);
  else res.redirect(303, '/login');
};

/** Lets past whoever holds `least` or above in the whole account. */
export function levelGuard(least: AccessLevel): RequestHandler {
  return (_req, res, next) => {
    const actor = actorOf(res);
    if (!atLeast(actor.level, least)) throw forbidden();
    next();
  };
}

/** Lets past whoever is staff anywhere in the account: everyone but parents and students. */
export const staffGuard: RequestHandler = (_req, res, next) => {
  if (actorOf(res).levelName === 'customer') throw forbidden();
  next();
};

/**
 * Loads the event named by `:event` through the actor's own account, for whoever holds `least` or above in it.
 * A stranger gets 404, so that ids tell nothing; somebody with a lower level in it gets 403.
 */
export function eventGuard(least: AccessLevel): RequestHandler {
  return async (req, res, next) => {
    const actor = actorOf(res);
    const event = await Event.findOne({ _id: parseId(req.params.event), account: actor.account }).lean();
    if (!event) throw notFound();
    const level = levelIn(actor, event._id);
    if (level === 'customer') throw notFound();
    if (!atLeast(level, least)) throw forbidden();
    const place = placed(event, actor);
    res.locals.event = place;
    res.locals.zone = zoneIfElsewhere(place, actor);
    res.locals.sight = await sightIn(actor, event._id);
    res.locals.eventTabs = eventTabs(event._id, level);
    next();
  };
}

/** The event of a request behind `eventGuard`. */
export function eventOf(res: Response): PlacedEvent {
  const event = res.locals.event as PlacedEvent | undefined;
  if (!event) throw new Error('This route is not behind an event guard.');
  return event;
}
