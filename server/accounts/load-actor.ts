import type { Request, RequestHandler, Response } from 'express';
import { sourceOf, type Account } from '../models/account.js';
import { isBlocked, type AccessLevel, type Grant, type User } from '../models/user.js';
import { highestOf, type Actor } from '../web/actor.js';
import { styleOf } from '../web/place.js';
import { logoAddress } from '../web/show-brand.js';
import { ABSOLUTE_MS } from '../web/session.js';
import type { Deps } from '../deps.js';
import { sectionsFor } from './policy.js';
import { levelInWords } from './show-level.js';

/** Finds who makes the request, and in which account; ends sessions that are over. Behind the session and Passport. */
export function loadActor(deps: Pick<Deps, 'now'>): RequestHandler {
  return async (req, res, next) => {
    const user = req.user;
    if (!user) {
      next();
      return;
    }
    if (isOver(req, user, deps.now())) {
      await endSession(req);
      next();
      return;
    }
    if (!LINK_OF_AN_EVENT.test(req.path)) setActor(req, res, user);
    next();
  };
}

/** Behind such a link they are what they are at its school: `loadConference` reads that school together with the event. */
const LINK_OF_AN_EVENT = /^\/e\/./i;

/** Sets who they are at the school that they chose to work at, or at their only one. */
export function setActor(req: Request, res: Response, user: Express.User): void {
  const accounts = accountsOf(user);
  const chosen =
    accounts.find((id) => id === req.session.account) ?? (accounts.length === 1 ? accounts[0] : undefined);
  const account = user.accounts?.find(({ _id }) => _id.toHexString() === chosen);
  if (account) {
    const actor = actorIn(user, account);
    res.locals.actor = actor;
    res.locals.navigation = sectionsFor(actor);
    res.locals.levelWords = levelInWords(actor.levelName);
  } else res.locals.chooseAccount = accounts.length > 1;
}

/** The ids of the accounts in which this login may do anything; accounts that blocked it are left out. */
export function accountsOf(user: Pick<User, 'grants' | 'blocks'>): string[] {
  const open = user.grants.filter(({ account }) => !isBlocked(user, account));
  return [...new Set(open.map((grant) => grant.account.toHexString()))];
}

/** Whether every account of this login has blocked it, so that it opens nothing. */
export function isShutOut(user: Pick<User, 'grants' | 'blocks'>): boolean {
  return (user.blocks?.length ?? 0) > 0 && accountsOf(user).length === 0;
}

function isOver(req: Request, user: User, now: Date): boolean {
  const { signedInAt: since = 0, from } = req.session;
  return (
    isShutOut(user) ||
    (from !== undefined && from !== (user.sessionsFrom?.getTime() ?? 0)) ||
    now.getTime() - since > ABSOLUTE_MS ||
    (user.sessionsFrom !== undefined && since < user.sessionsFrom.getTime())
  );
}

/** Logs out. Passport gives the browser a new, empty session. */
export function endSession(req: Request): Promise<void> {
  return new Promise((resolve, reject) => {
    req.logout((error: unknown) => {
      if (error) reject(error instanceof Error ? error : new Error('logging out failed'));
      else resolve();
    });
  });
}

/** What a login is and may do in one account. */
export function actorIn(user: User, account: Account): Actor {
  const grants = user.grants.filter((grant) => grant.account.equals(account._id));
  return {
    user: user._id,
    name: user.name,
    email: user.email,
    emailProven: user.emailProvenAt !== undefined,
    ...(user.language ? { language: user.language } : {}),
    account: account._id,
    accountName: account.name,
    ...(account.logo ? { logo: logoAddress(account.logo) } : {}),
    timeZone: account.timeZone,
    ...styleOf(account),
    source: sourceOf(account),
    level: highestOf(grants.filter((grant) => !grant.event).map((grant) => grant.level)),
    levelName: highestOf(grants.map((grant) => grant.level)),
    grants: grants.map(({ level, event }) => ({ level, ...(event ? { event } : {}) })),
    eventLevels: eventLevels(grants),
    contacts: grants.flatMap((grant) => (grant.contact ? [grant.contact] : [])),
  };
}

function eventLevels(grants: Grant[]): Map<string, AccessLevel> {
  const levels = new Map<string, AccessLevel>();
  for (const grant of grants) {
    if (!grant.event) continue;
    const key = grant.event.toHexString();
    levels.set(key, highestOf([grant.level, levels.get(key) ?? 'customer']));
  }
  return levels;
}
