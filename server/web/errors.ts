import type { ErrorRequestHandler, Request, RequestHandler, Response } from 'express';
import mongoose from 'mongoose';
import type { Deps } from '../deps.js';
import { explainDiskFault } from '../disk-faults.js';
import type { Actor } from './actor.js';
import { findReader, speakIn, wordsFor } from './read-language.js';
import { sayIn, type Said } from './words.js';

/** Ends a request with a page that says why. Thrown from handlers and guards. */
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

/** There is nothing here, or nothing that this person may know about. */
export function notFound(): HttpError {
  return new HttpError(404, { key: 'errors.notHere' }, { key: 'errors.notHereAdvice' });
}

export function forbidden(): HttpError {
  return new HttpError(403, { key: 'errors.noAccess' }, { key: 'errors.noAccessAdvice' });
}

/** A refusal to change an archived event. */
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

/** The refusal for somebody who sent something: it was not looked at … */
const NOT_BEGUN: ErrorPage = {
  ...DATABASE_GONE,
  advice: { key: 'errors.notSaved' },
};

/** … or the answer to it was lost. */
const UNSURE: ErrorPage = {
  ...DATABASE_GONE,
  advice: { key: 'errors.maybeSaved' },
};

/** No database answers: before a request began, or in the middle of one. */
export class DatabaseGone extends Error {
  constructor(readonly when: 'nothing begun' | 'no answer') {
    super('No database answers.');
  }
}

/** Turns whatever went wrong into a page, and logs it without the request's data. */
export function errorPages(deps: Pick<Deps, 'log'>): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    // An answer was sent already. A stream that broke is cut. A finished answer arrives whole, though it may still be in the compression:
    // the session may fail to be saved after it, or the handler may fail after the page that replaced it.
    if (res.headersSent) {
      if (!res.locals.isEnded && !res.writableEnded) res.destroy();
      return;
    }
    const isGone = isDatabaseGone(error);
    const page = isGone ? pageWhileGone(error, req) : pageFor(error);
    // Saving the session would wait for the database again.
    if (isGone) Reflect.deleteProperty(req, 'session');
    if (page.status >= 500)
      deps.log.error({ err: error, method: req.method, status: page.status }, 'request failed');
    if (page.retryAfterSeconds) res.set('Retry-After', String(page.retryAfterSeconds));
    const isStaffs = isStaffsPage(res);
    // The reader of the requested page is not known yet.
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

/** A page with the navigation of the person who is logged in, so that a refusal is no dead end. */
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

/** Where to check whether a change was made: the page it was sent from, unless the handler says otherwise. */
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

/** The driver's faults that are not about the command itself. */
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
/** Errors of a server that shuts down or hands over: HostUnreachable, ShutdownInProgress, PrimarySteppedDown, … */
const GOING_CODES = new Set([6, 7, 89, 91, 189, 262, 9001, 10107, 11600, 11602, 13435, 13436]);
const SOCKET_CALLS = new Set(['read', 'write', 'connect', 'shutdown']);
/** How deep wrapped faults are searched. */
const DEEPEST = 5;

/** Whether the fault is that no database answers, whichever layer noticed it first and however it was wrapped since. */
export function isDatabaseGone(error: unknown): boolean {
  let inner = error;
  for (let depth = 0; depth < DEEPEST && typeof inner === 'object' && inner !== null; depth++) {
    if (isGoneItself(inner)) return true;
    // A bulk write keeps the fault that ended it as its answer.
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
  // The queue for a connection was too long; the driver does not export this error's class.
  if (name === 'MongoWaitQueueTimeoutError' || code === 'ERR_STREAM_DESTROYED') return true;
  // A full disk is not a fault of the database: files are read and written too.
  const isFile = syscall !== 'connect' && explainDiskFault(error) !== undefined;
  if (syscall !== undefined && SOCKET_CALLS.has(syscall) && !isFile) return true;
  if (typeof code === 'number' && GOING_CODES.has(code)) return true;
  return (
    error instanceof mongoose.Error && /before initial connection|buffering timed out/.test(message ?? '')
  );
}
