import type { Request } from 'express';
import type { Types } from 'mongoose';
import type { Beside } from '../accounts/connect-passport.js';
import { askHomes, type Homes } from '../booking/find-kept.js';
import { askByLink, isLink, pickLinked, type Linked } from './find-by-link.js';

/** What was read for an event's parents' page together with its user. */
interface Ahead {
  link: string;
  linked: Linked | undefined;
  adult: Types.ObjectId;
  homes: Homes;
  readAt: number;
}

/** If a form takes longer than this to arrive, what was read before it is too old, and is read again. */
const FRESH_MS = 1000;

const ahead = new WeakMap<Request, Ahead>();

/**
 * Reads the event, school and household of a parents' page by the same command as the login. A press on a time looks for nothing that the
 * office keeps for the adult: the page that it stood on has joined that.
 */
export function readAhead(req: Request, adult: Types.ObjectId): Beside | undefined {
  const [, link = '', rest] = /^\/e\/([^/]+)(\/.*)?/i.exec(req.path) ?? [];
  if (!isLink(link)) return undefined;
  const { own, people } = askHomes(adult);
  const isPress = req.method === 'POST' && rest === '/appointments';
  return {
    questions: { events: askByLink(link), own, ...(isPress ? {} : { people }) },
    keep(answers) {
      const { events, ...homes } = answers as unknown as Homes & { events: Parameters<typeof pickLinked>[0] };
      ahead.set(req, { link, linked: pickLinked(events, link), adult, homes, readAt: performance.now() });
    },
  };
}

/** The event of the link, if it was read with the login. */
export function linkedAhead(req: Request, link: string): Pick<Ahead, 'linked'> | undefined {
  const read = freshOf(req);
  return read?.link === link ? read : undefined;
}

/** An adult's households, if they were read with the login; given once, because the request may change them. */
export function takeHomesAhead(req: Request, adult: Types.ObjectId): Homes | undefined {
  const read = freshOf(req);
  ahead.delete(req);
  return read?.adult.equals(adult) ? read.homes : undefined;
}

function freshOf(req: Request): Ahead | undefined {
  const read = ahead.get(req);
  return read && performance.now() - read.readAt < FRESH_MS ? read : undefined;
}
