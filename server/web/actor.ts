import type { Request, Response } from 'express';
import type { Types } from 'mongoose';
import type { Account, sourceOf } from '../models/account.js';
import { ACCESS_LEVELS, atLeast, type AccessLevel, type Grant, type User } from '../models/user.js';

/** Who makes this request, in which account, and what they may do there. */
export interface Actor {
  user: Types.ObjectId;
  name: string;
  email: string;
  /** The person has opened a one-time link sent to the address. */
  emailProven: boolean;
  /** The code of the language in which they read parents' pages, if they chose one. */
  language?: string;
  account: Types.ObjectId;
  accountName: string;
  /** The address of the school's logo, for printed pages. */
  logo?: string;
  /** The account's IANA zone. */
  timeZone: string;
  /** Where the account's roster comes from; undefined: nothing is set up. */
  source: ReturnType<typeof sourceOf>;
  /** How the account writes dates, times and lists. */
  locale: string;
  /** The highest level held in the whole account; `customer` when only single events are granted. */
  level: AccessLevel;
  /** The highest level held anywhere in the account, for showing. */
  levelName: AccessLevel;
  /** Everything that was granted in this account, grant by grant. */
  grants: Pick<Grant, 'level' | 'event'>[];
  /** Levels held in single events, by the event's id. */
  eventLevels: Map<string, AccessLevel>;
  /** The people of the roster that this login stands for, such as the teacher. */
  contacts: Types.ObjectId[];
}

/** The level the actor holds in one event: the account-wide one or the event's own, whichever is higher. */
export function levelIn(actor: Actor, event: Types.ObjectId): AccessLevel {
  const own = actor.eventLevels.get(event.toHexString()) ?? 'customer';
  return atLeast(actor.level, own) ? actor.level : own;
}

/** Who runs an event: edits it, opens its booking, imports into it, follows its runs and stops its sync. */
export function mayRunEvent(actor: Actor, event: Types.ObjectId): boolean {
  return atLeast(levelIn(actor, event), 'event administrator');
}

/** Who reads what runs report about the whole district. A level in a single event allows that event's part. */
export function mayReadAll(actor: Actor): boolean {
  return atLeast(actor.level, 'event administrator');
}

/** Who stops the sync of all events, and connects Clever. */
export function mayRunAll(actor: Actor): boolean {
  return atLeast(actor.level, 'administrator');
}

/** The highest of some levels; `customer` when there is none. */
export function highestOf(held: AccessLevel[]): AccessLevel {
  return ACCESS_LEVELS.findLast((level) => held.includes(level)) ?? 'customer';
}

/** The actor of a request behind a guard. */
export function actorOf(res: Response): Actor {
  const actor = maybeActor(res);
  if (!actor) throw new Error('This route is not behind a guard.');
  return actor;
}

/** The account in which the actor of a request behind a guard is, as it was read with their login. */
export function accountOf(res: Response): Account {
  const { account } = actorOf(res);
  const found = res.req.user?.accounts?.find(({ _id }) => _id.equals(account));
  if (!found) throw new Error('The login was read without its account.');
  return found;
}

export function maybeActor(res: Response): Actor | undefined {
  return res.locals.actor as Actor | undefined;
}

/** The login that makes the request, on a page that asked for it; they need not belong to a school. */
export function userOf({ user }: Request): User {
  if (!user) throw new Error('This route is for who is logged in.');
  return user;
}
