import express, { type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { CalendarFeed } from '../models/calendar-feed.js';
import { HttpError } from '../web/errors.js';
import { rateLimit } from '../web/rate-limit.js';
import { readSecret } from './make-feed.js';
import { writeFeed } from './write-feed.js';

/** Calendars read every hour or so, several devices of one adult each. */
const READS = 120;
const HOUR = 3600;

/**
 * The calendar at its secret address. Calendars read it without a session, so it stands before sessions are read and makes none. Only what
 * belongs to this one address is counted, so that many families behind one address of a school or a provider are in nobody's way; a guessed
 * address is no more than a look for one record.
 */
export function calendarFeed(deps: Deps): Router {
  const router = express.Router();
  const reads = rateLimit('calendar', READS, HOUR);

  router.get('/calendar/:secret.ics', async (req, res) => {
    res.set({ 'Cache-Control': 'private, no-cache', 'X-Robots-Tag': 'noindex' });
    const feed = await readSecret(req.params.secret, deps.config, deps.now());
    if (!feed) {
      refuse(res, 404, 'This calendar link is no longer in use.');
      return;
    }
    const wait = await waitFor(() => reads.take(feed._id.toHexString()));
    if (wait) {
      refuse(res.set('Retry-After', String(wait)), 429, 'This calendar is read too often.');
      return;
    }
    const text = await writeFeed(feed.user, deps.config.publicUrl, deps.now());
    if (text === undefined) {
      await CalendarFeed.deleteOne({ _id: feed._id });
      refuse(res, 404, 'This calendar link is no longer in use.');
      return;
    }
    // Express adds a strong ETag and answers 304 to who has this text.
    res.type('text/calendar; charset=utf-8').send(text);
  });
  return router;
}

/** @returns for how many seconds to wait, if it was too often */
async function waitFor(take: () => Promise<void>): Promise<number | undefined> {
  try {
    await take();
    return undefined;
  } catch (refused) {
    if (!(refused instanceof HttpError)) throw refused;
    return refused.retryAfterSeconds ?? 1;
  }
}

/** For a program, which shows it at most in its own words. */
function refuse(res: Response, status: number, text: string): void {
  res.status(status).type('text').send(`${text}\n`);
}
