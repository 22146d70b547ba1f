import type { RequestHandler, Response } from 'express';
import { accountsOf, actorIn, setActor } from '../accounts/load-actor.js';
import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import type { Household } from '../models/household.js';
import { actorOf, maybeActor, type Actor } from '../web/actor.js';
import { shortDay, shortDayAndTime, timeOfDay } from '../web/format-time.js';
import { zoneName } from '../web/format-zone.js';
import { dayOf } from '../web/local-time.js';
import { speakTo } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { brandOf } from '../web/show-brand.js';
import { placed, type PlacedEvent } from '../web/place.js';
import { ensureHousehold, findHousehold } from '../booking/ensure-household.js';
import { judgeEarly, openedEarly } from '../booking/open-early.js';
import { findByLink } from './find-by-link.js';
import { linkedAhead, takeHomesAhead } from './read-ahead.js';
import { showLost } from './show-lost.js';

/** The event of a parents' link, and its school. */
export interface Conference {
  event: PlacedEvent;
  account: Account;
  /** The path of its pages: /e/<link>. */
  home: string;
  /** When booking opens for others, if it opens earlier for this family. */
  usual?: Date | undefined;
  /** The family has enough children for the earlier opening, but too few of them count. */
  isUncounted?: true;
}

/**
 * Loads the event of the link. On its pages the user acts as what they are at its school. The school that they chose to work at stays
 * chosen, so that a link changes nothing in other tabs.
 */
export const loadConference: RequestHandler<{ link: string }> = async (req, res, next) => {
  const { link } = req.params;
  const read = linkedAhead(req, link);
  const found = read ? read.linked : await findByLink(link);
  if (!found) {
    if (req.user) setActor(req, res, req.user);
    await showLost(res, link);
    return;
  }
  const { event, account } = found;
  // Null for a session that has just ended.
  const isMember = req.user ? accountsOf(req.user).includes(account._id.toHexString()) : false;
  res.locals.actor = req.user && isMember ? actorIn(req.user, account) : undefined;
  res.locals.offersPassword = req.user?.emailProvenAt !== undefined && req.user.passwordHash === undefined;
  const reader = await speakTo(res, account);
  openConference(res, { event: placed(event, reader), account, home: `/e/${event.link}` });
  next();
};

/** Sets what the pages of an event's parents need. The event has the reader's language. */
export function openConference(res: Response, conference: Conference): void {
  const { event, account } = conference;
  Object.assign(res.locals, {
    conference,
    school: brandOf(account),
    event,
    home: conference.home,
    zone: zoneName(event),
    office: callOffice(event),
    timeOf: (at: Date) => timeOfDay(at, event),
    shortDayOf: (at: Date) => shortDay(dayOf(at, event.timeZone), event),
    shortTime: (at: Date) => shortDayAndTime(at, event),
  });
}

/** The conference that `loadConference` set. */
export function conferenceOf(res: Response): Conference {
  const conference = res.locals.conference as Conference | undefined;
  if (!conference) throw new Error('This route is not behind loadConference.');
  return conference;
}

/** Admits users who are logged in and belong to the school; others start at the event's first page. */
export const parentGuard: RequestHandler = (req, res, next) => {
  if (maybeActor(res)) {
    next();
    return;
  }
  const { home } = conferenceOf(res);
  if (req.user) res.redirect(303, home);
  else res.redirect(303, req.method === 'GET' ? `/login?next=${encodeURIComponent(req.originalUrl)}` : home);
};

export interface Family extends Conference {
  actor: Actor;
  household: Household;
  /** Where the viewer is staff who see part of the school: the students they may see. The pages offer no others. */
  inSight?: ReadonlySet<string>;
}

/** What a parent's page behind `parentGuard` starts from. Looking makes no household; sending a form does. */
export async function familyOf(res: Response, deps: Pick<Deps, 'now'>): Promise<Family> {
  // Set where staff look at the pages as this family sees them.
  const viewed = res.locals.viewedFamily as Family | undefined;
  if (viewed) return viewed;
  const conference = conferenceOf(res);
  const actor = actorOf(res);
  const find = res.req.method === 'POST' ? ensureHousehold : findHousehold;
  const homes = takeHomesAhead(res.req, actor.user);
  const household = await find(conference.account._id, actor.user, deps.now(), homes);
  const own = await openFor(conference, household, deps.now());
  res.locals.conference = own;
  return { ...own, actor, household };
}

/** The conference as it opens for a household. */
export async function openFor(conference: Conference, household: Household, now: Date): Promise<Conference> {
  const early = await judgeEarly(conference.event, household, now);
  if (early === 'not counted') return { ...conference, isUncounted: true };
  if (!early) return conference;
  return { ...conference, event: openedEarly(conference.event), usual: conference.event.booking.opensAt };
}
