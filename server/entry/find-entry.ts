import type { Types } from 'mongoose';
import { mayBeStrangers } from '../accounts/choose-password.js';
import { worksSomewhere } from '../accounts/policy.js';
import { findUserByEmail } from '../accounts/queries.js';
import { isShutOut } from '../accounts/load-actor.js';
import { OneTimeLink } from '../models/one-time-link.js';
import type { User } from '../models/user.js';
import { hashSecret } from '../seal.js';

/** A mailed link to log in, used or not. */
export type Entry = OneTimeLink & { email: string; until: Date };

/** The link of a secret, at the event for which it was made and nowhere else. Looking does not use it up. */
export async function findEntry(secret: unknown, event: Types.ObjectId | undefined): Promise<Entry | null> {
  if (typeof secret !== 'string' || secret.length > 100) return null;
  return OneTimeLink.findOne({
    _id: hashSecret(secret),
    kind: 'log in',
    event: event ?? { $exists: false },
  }).lean<Entry>();
}

export function isLive({ usedAt, until }: Entry, now: Date): boolean {
  return usedAt === undefined && until > now;
}

/** What opening a link comes to. */
export interface Opened {
  user: User | null;
  /** Who opens it is logged in with this login. */
  isIn: boolean;
  /** A login that works at a school asks for its password; one that every school blocked opens nothing. */
  refused?: 'password' | 'blocked';
  /**
   * Somebody chose a password for the address before it was proven: it and what they added stay for who knows it. Who is logged in is asked
   * too: a stranger may have left this browser logged in.
   */
  asksPassword: boolean;
}

/** Whom a link logs in, as things are now. */
export async function openEntry({ email }: Entry, me: Types.ObjectId | undefined): Promise<Opened> {
  const user = await findUserByEmail(email);
  const isIn = user !== null && (me?.equals(user._id) ?? false);
  if (!user) return { user, isIn, asksPassword: false };
  if (isShutOut(user)) return { user, isIn, refused: 'blocked', asksPassword: false };
  if (worksSomewhere(user))
    return { user, isIn, ...(isIn ? {} : { refused: 'password' }), asksPassword: false };
  return { user, isIn, asksPassword: mayBeStrangers(user) };
}
