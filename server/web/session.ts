import { createHash } from 'node:crypto';
import { MongoStore } from 'connect-mongo';
import type { Request, RequestHandler, Response } from 'express';
import session from 'express-session';
import mongoose from 'mongoose';
import type { Config } from '../config.js';
import { Session } from '../models/session.js';
import { ownCookie } from './own-cookie.js';
import type { Form } from './parse.js';

declare module 'express-session' {
  interface SessionData {
    /** The account chosen after login. */
    account?: string;
    /** When the login happened, epoch milliseconds. */
    signedInAt?: number;
    /** The login's `sessionsFrom` at that time, epoch milliseconds, 0 for none. A different value ends this session, whatever the clock. */
    from?: number;
    flash?: Flash;
  }
}

/** What has just happened, said once at the top of the next page. */
export interface Flash {
  kind: 'ok' | 'notice' | 'danger';
  text: string;
  undo?: { action: string; label: string };
  /** Links to further pages. */
  links?: { href: string; label: string }[];
  /** Another link, beside undo. */
  other?: { action: string; label: string };
  /** The section of the next page that shows the message. Without such a section it is shown at the top. */
  at?: string;
}

/** A session ends after this long without a request … */
const IDLE_MS = 8 * 3600_000;
/** … and this long after logging in, in any case. */
export const ABSOLUTE_MS = 7 * 24 * 3600_000;

/** Sessions are kept in the database under a hash of the cookie's value, so that somebody who reads the database cannot take one over. */
export function sessions(config: Config): RequestHandler {
  const { name, options } = ownCookie(config, 'slotbell');
  return session({
    name,
    secret: config.appSecret,
    resave: false,
    saveUninitialized: false,
    rolling: true,
    cookie: { ...options, maxAge: IDLE_MS },
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
 * Delays a redirect until the session's changes are saved. express-session sends an answer's head first, so a browser that follows the
 * redirect at once would come with the old session and no longer be logged in.
 */
export const saveBeforeRedirect: RequestHandler = (req, res, next) => {
  const before = contentOf(req);
  const redirect = res.redirect.bind(res) as (...to: unknown[]) => void;
  res.redirect = (...to: unknown[]) => {
    // Where the page that the database is away was sent meanwhile, the session went with it.
    if (res.headersSent || contentOf(req) === before) redirect(...to);
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
 * Makes the page of this request say what is wrong with the form that was sent, and keep what was selected in it. For forms of buttons and
 * boxes, which have no place for a message at a field.
 */
export function refuseHere(res: Response, { values, errors }: Form): void {
  const flash: Flash = { kind: 'danger', text: [...new Set(Object.values(errors))].join(' ') };
  Object.assign(res.status(422).locals, { flash, form: { values, errors: {} } });
}

/**
 * Ends one of several things on a page. Says what was done and goes on to `next`; if something else on the page is not saved yet, shows the
 * page again at once, because a new page would lose it.
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
