import { createHash } from 'node:crypto';
import { MongoStore } from 'connect-mongo';
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import mongoose from 'mongoose';
import type { Config } from '../config.js';
import { Session } from '../models/session.js';
import type { Form } from './parse.js';

declare module 'express-session' {
  interface SessionData {
    /** The account chosen after login. */
    account?: string;
    /** When the login happened, epoch milliseconds. */
    signedInAt?: number;
    /** `sessionsFrom` of the login then, epoch milliseconds, 0 for none: another one since ends this session, whatever the clock says. */
    from?: number;
    flash?: Flash;
  }
}

/** What happened just now, said once at the top of the next page. */
export interface Flash {
  kind: 'ok' | 'notice' | 'danger';
  text: string;
  undo?: { action: string; label: string };
  /** Pages to go on to. */
  links?: { href: string; label: string }[];
  /** Another way on, beside undo. */
  other?: { action: string; label: string };
  /** The section of the next page that says it, where that page has one of this name; else its top does. */
  at?: string;
}

/** A session ends after this long without a request … */
const IDLE_MS = 8 * 3600_000;
/** … and this long after logging in, whatever happens. */
export const ABSOLUTE_MS = 7 * 24 * 3600_000;

/** Sessions kept in the database under a hash of the cookie's value, so that whoever reads the database cannot take one over. */
export function sessions(config: Config): RequestHandler {
  const secure = config.publicUrl.startsWith('https:');
  return session({
    name: secure ? '__Host-slotbell' : 'slotbell',
    secret: config.appSecret,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { httpOnly: true, sameSite: 'lax', secure, path: '/', maxAge: IDLE_MS },
    store: MongoStore.create({
      client: mongoose.connection.getClient(),
      ...(mongoose.connection.name ? { dbName: mongoose.connection.name } : {}),
      collectionName: Session.collection.name,
      autoRemove: 'disabled',
      touchAfter: 300,
      transformId: (id) => createHash('sha256').update(id).digest('base64url'),
    }),
  });
}

/**
 * Has a redirect wait until what the request changed in its session is saved: express-session sends the head of an answer first, and
 * who follows it at once would come with the session of before, logged in no more.
 */
export const saveBeforeRedirect: RequestHandler = (req, res, next) => {
  const before = contentOf(req);
  const redirect = res.redirect.bind(res) as (...to: unknown[]) => void;
  res.redirect = (...to: unknown[]) => {
    if (contentOf(req) === before) redirect(...to);
    else
      req.session.save((error: unknown) => {
        if (error) next(error);
        else redirect(...to);
      });
  };
  next();
};

function contentOf({ sessionID, session: { cookie: _, ...content } }: Request): string {
  return JSON.stringify([sessionID, content]);
}

/**
 * Has the page that this request shows say what is wrong with the form that was sent, and keep what was selected in it: for forms of
 * buttons and boxes, which have no place for a message at a field.
 */
export function refuseHere(res: Response, { values, errors }: Form): void {
  const flash: Flash = { kind: 'danger', text: [...new Set(Object.values(errors))].join(' ') };
  Object.assign(res.status(422).locals, { flash, form: { values, errors: {} } });
}

/**
 * Ends one of several things that a page is for: says what was done and goes on to `next`; or shows the page again at once, where something
 * else on it is not saved yet, as a new page would lose it.
 * @param showAgain absent: nothing else is left on the page
 */
export async function endStep(
  req: Request,
  res: Response,
  {
    flash,
    next,
    showAgain,
  }: { flash: Flash | undefined; next: string; showAgain: (() => unknown) | undefined },
): Promise<void> {
  if (!showAgain) {
    if (flash) say(req, flash);
    res.redirect(303, next);
    return;
  }
  if (flash) res.locals.flash = flash;
  await showAgain();
}

/** Keeps a message for the next page. */
export function say(req: { session: session.Session & Partial<session.SessionData> }, flash: Flash): void {
  req.session.flash = flash;
}
