import type { ErrorRequestHandler, RequestHandler } from 'express';
import mongoose from 'mongoose';
import type { Deps } from '../deps.js';

/** Ends a request with a page that says why; thrown from handlers and guards. */
export class HttpError extends Error {
  constructor(
    readonly status: 400 | 403 | 404 | 409 | 410 | 429,
    readonly headline: string,
    readonly advice: string,
    readonly retryAfterSeconds?: number,
  ) {
    super(headline);
  }
}

/** There is nothing here, or nothing that this person may know of. */
export function notFound(): HttpError {
  return new HttpError(
    404,
    'This page is not here',
    'Check the address, or go back and follow the link again.',
  );
}

export function forbidden(): HttpError {
  return new HttpError(
    403,
    'Your access level does not reach this page',
    'An administrator of your school can change what you may do.',
  );
}

export const unknownPage: RequestHandler = () => {
  throw notFound();
};

interface ErrorPage {
  status: number;
  headline: string;
  advice: string;
  retryAfterSeconds?: number;
}

const DATABASE_GONE: ErrorPage = {
  status: 503,
  headline: 'Slotbell cannot reach its database',
  advice: 'Nothing that was saved is lost. Wait a minute and load the page again; it comes back by itself.',
  retryAfterSeconds: 10,
};

/** No database answers. */
export class DatabaseGone extends Error {}

/** Turns whatever went wrong into a page, and logs it without the request's data. */
export function errorPages(deps: Pick<Deps, 'log'>): ErrorRequestHandler {
  return (error: unknown, req, res, _next) => {
    // An answer went out already: of a stream that broke, or in the place of one that came too late.
    if (res.headersSent) {
      if (!res.writableEnded) res.destroy();
      return;
    }
    const page = pageFor(error);
    // Keeping the session would wait for the database once more.
    if (page === DATABASE_GONE) Reflect.deleteProperty(req, 'session');
    if (page.status >= 500)
      deps.log.error({ err: error, method: req.method, status: page.status }, 'request failed');
    if (page.retryAfterSeconds) res.set('Retry-After', String(page.retryAfterSeconds));
    res.status(page.status).render('errors/error', { title: page.headline, ...page });
  };
}

function pageFor(error: unknown): ErrorPage {
  if (error instanceof HttpError) return error;
  if (isDatabaseGone(error)) return DATABASE_GONE;
  const status = (error as { status?: unknown } | undefined)?.status;
  const code = (error as { code?: unknown } | undefined)?.code;
  if (code === 'EBADCSRFTOKEN')
    return {
      status: 403,
      headline: 'This form has gone stale',
      advice:
        'You may have logged in or out in another tab. Go back, load the page again and send the form once more.',
    };
  if (status === 413)
    return {
      status: 413,
      headline: 'That is more than Slotbell takes at once',
      advice: 'Go back, shorten what you typed or choose fewer rows, and send it again.',
    };
  if (typeof status === 'number' && status >= 400 && status < 500)
    return {
      status,
      headline: 'Slotbell could not read that request',
      advice: 'Go back, load the page again and retry.',
    };
  return {
    status: 500,
    headline: 'Something in Slotbell went wrong',
    advice:
      'It has been noted in the log. Nothing was half saved; try again, and tell your administrator if it stays.',
  };
}

/** Whether the fault is that no database answers, whichever layer noticed first. */
export function isDatabaseGone(error: unknown): boolean {
  return (
    error instanceof DatabaseGone ||
    error instanceof mongoose.mongo.MongoNetworkError ||
    error instanceof mongoose.mongo.MongoServerSelectionError ||
    error instanceof mongoose.mongo.MongoNotConnectedError ||
    error instanceof mongoose.mongo.MongoTopologyClosedError ||
    error instanceof mongoose.Error.MongooseServerSelectionError ||
    (error instanceof mongoose.Error && /before initial connection|buffering timed out/.test(error.message))
  );
}
