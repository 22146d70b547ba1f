import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import mongoose from 'mongoose';
import type { Deps } from '../deps.js';
import { explainDiskFault } from '../disk-faults.js';
import type { Actor } from './actor.js';
import { findReader, speakIn, wordsFor } from './read-language.js';
import { sayIn, type Said } from './words.js';

/** Ends a request with a page that says why; thrown from handlers and guards. */
export class HttpError extends Error {
  constructor(
    readonly status: 400 | 403 | 404 | 409 | 410 | 422 | 429,
    readonly headline: Said,
    readonly advice: Said,
    readonly retryAfterSeconds?: number,
  ) {
    super(typeof headline === 'string' ? headline : headline.key);
  }
}

/** There is nothing here, or nothing that this person may know of. */
export function notFound(): HttpError {
  return new HttpError(404, { key: 'errors.notHere' }, { key: 'errors.notHereAdvice' });
}

export function forbidden(): HttpError {
  return new HttpError(403, { key: 'errors.noAccess' }, { key: 'errors.noAccessAdvice' });
}

/** What would change an event that was put away. */
export function archivedEvent(): HttpError {
  return new HttpError(
    409,
    'This event is archived',
    'Bring it back in its settings first. Then you can change it.',
  );
}

export const unknownPage: RequestHandler = () => {
  throw notFound();
};

interface ErrorPage {
  status: number;
  headline: Said;
  advice: Said;
  retryAfterSeconds?: number;
}

const DATABASE_GONE: ErrorPage = {
  status: 503,
  headline: { key: 'errors.databaseGone' },
  advice: { key: 'errors.databaseGoneAdvice' },
  retryAfterSeconds: 10,
};

/** The same to who sent something: it was not looked at … */
const NOT_BEGUN: ErrorPage = {
  ...DATABASE_GONE,
  advice: { key: 'errors.notSaved' },
};

/** … or the answer to it was lost. */
const UNSURE: ErrorPage = {
  ...DATABASE_GONE,
  advice: { key: 'errors.maybeSaved' },
};

/** No database answers: to a request that was not begun, or in the middle of one. */
export class DatabaseGone extends Error {
  constructor(readonly when: 'nothing begun' | 'no answer') {
    super('No database answers.');
  }
}

/** Turns whatever went wrong into a page, and logs it without the request's data. */
export function errorPages(deps: Pick<Deps, 'log'>): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    // An answer went out already. A stream that broke is cut; one that was ended arrives whole, though it may still be on its way through
    // the compression: the session may fail to be kept after it, or the handler after the page that took its place.
    if (res.headersSent) {
      if (!res.locals.isEnded && !res.writableEnded) res.destroy();
      return;
    }
    const isGone = isDatabaseGone(error);
    const page = isGone ? pageWhileGone(error, req) : pageFor(error);
    // Keeping the session would wait for the database once more.
    if (isGone) Reflect.deleteProperty(req, 'session');
    if (page.status >= 500)
      deps.log.error({ err: error, method: req.method, status: page.status }, 'request failed');
    if (page.retryAfterSeconds) res.set('Retry-After', String(page.retryAfterSeconds));
    const isStaffs = isStaffsPage(res);
    // Where a page was asked for whose reader is not known yet.
    if (!isStaffs && !res.locals.conference) speakIn(res, findReader(req));
    const t = wordsFor(res);
    const headline = sayIn(t, page.headline);
    res.status(page.status).render('errors/error', {
      ...page,
      title: headline,
      headline,
      advice: sayIn(t, page.advice),
      variant: isStaffs ? 'staff' : res.locals.actor ? 'parent' : 'plain',
    });
  };
}

/** A page with the navigation of whoever is logged in: one that refuses is no dead end. */
function isStaffsPage({ locals }: Response): boolean {
  const actor = locals.actor as Actor | undefined;
  return actor !== undefined && actor.levelName !== 'customer' && !locals.conference;
}

function pageWhileGone(error: unknown, req: Request): ErrorPage & { lookHref?: string } {
  if (req.method === 'GET' || req.method === 'HEAD') return DATABASE_GONE;
  if (error instanceof DatabaseGone && error.when === 'nothing begun') return NOT_BEGUN;
  const { lookHref } = req.res?.locals ?? {};
  return { ...UNSURE, lookHref: typeof lookHref === 'string' ? lookHref : pageOf(req) };
}

/** Where to look whether a change was made, unless its handler has said: the page that it was sent from. */
function pageOf(req: Request): string {
  const from = req.get('referer') ?? '';
  const { host, pathname, search } = URL.canParse(from)
    ? new URL(from)
    : { host: '', pathname: '/', search: '' };
  return host === req.get('host') ? pathname + search : '/';
}

function pageFor(error: unknown): ErrorPage {
  if (error instanceof HttpError) return error;
  const status = (error as { status?: unknown } | undefined)?.status;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === 'EBADCSRFTOKEN')
    return {
      status: 403,
      headline: { key: 'errors.oldForm' },
      advice: { key: 'errors.oldFormAdvice' },
    };
  if (status === 413)
    return {
      status: 413,
      headline: { key: 'errors.tooMuch' },
      advice: { key: 'errors.tooMuchAdvice' },
    };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return {
      status,
      headline: { key: 'errors.unread' },
      advice: { key: 'errors.unreadAdvice' },
    };
  return {
    status: 500,
    headline: { key: 'errors.wentWrong' },
    advice: { key: 'errors.wentWrongAdvice' },
  };
}

/** Of the driver's own faults those that say nothing of the command. */
const GONE = [
  mongoose.mongo.MongoNetworkError,
  mongoose.mongo.MongoServerSelectionError,
  mongoose.mongo.MongoNotConnectedError,
  mongoose.mongo.MongoTopologyClosedError,
  mongoose.mongo.MongoClientClosedError,
  mongoose.mongo.MongoOperationTimeoutError,
  mongoose.mongo.MongoUnexpectedServerResponseError,
  mongoose.Error.MongooseServerSelectionError,
];
/** Errors of a server that is going down or handing over: HostUnreachable, ShutdownInProgress, PrimarySteppedDown, … */
const GOING_CODES = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const SOCKET_CALLS = new Set(['read', 'write', 'connect', 'shutdown']);
/** Faults that wrap one another are looked into so far. */
const DEEPEST = 5;

/** Whether the fault is that no database answers, whichever layer noticed first, and whatever it was wrapped in since. */
export function isDatabaseGone(error: unknown): boolean {
  let inner = error;
  for (let depth = 0; depth < DEEPEST && typeof inner === 'object' && inner !== null; depth++) {
    if (isGoneItself(inner)) return true;
    // A bulk write keeps whatever ended it as its answer.
    const { cause, errorResponse } = inner as { cause?: unknown; errorResponse?: unknown };
    inner = cause ?? errorResponse;
  }
  return false;
}

function isGoneItself(error: object): boolean {
  if (error instanceof DatabaseGone || GONE.some((kind) => error instanceof kind)) return true;
  const { name, message, code, syscall } = error as Partial<Omit<NodeJS.ErrnoException, 'code'>> & {
    code?: unknown;
  };
  // The queue for a connection was too long; the driver does not export its kind.
  if (name === 'MongoWaitQueueTimeoutError' || code === 'ERR_STREAM_DESTROYED') return true;
  // Files are read and written too: a full disk is no fault of the database's.
  const isFile = syscall !== 'connect' && explainDiskFault(error) !== undefined;
  if (syscall !== undefined && SOCKET_CALLS.has(syscall) && !isFile) return true;
  if (typeof code === 'number' && GOING_CODES.has(code)) return true;
  return (
    error instanceof mongoose.Error && /before initial connection|buffering timed out/.test(message ?? '')
  );
}
