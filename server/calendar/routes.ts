import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { CalendarFeed } from '../models/calendar-feed.js';
import { userOf } from '../web/actor.js';
import { rateLimit } from '../web/rate-limit.js';
import { speakTo, wordsFor } from '../web/read-language.js';
import { say } from '../web/session.js';
import { findLink, makeFeed } from './make-feed.js';

const HOME = '/my/calendar';

/** A login's calendar link: shown, made, renewed and turned off. For everybody who is logged in. */
export function calendarRoutes(deps: Deps): Router {
  const router = express.Router();
  const makes = rateLimit('calendar-link', 20, 3600);

  router.use(HOME, async (req, res, next) => {
    if (req.user) {
      await speakTo(res);
      next();
    } else res.redirect(303, `/login?next=${HOME}`);
  });

  router.get(HOME, async (req, res) => {
    const link = await findLink(deps.config, userOf(req)._id);
    res.render('calendar/link', { title: wordsFor(res)('calendar.title'), link });
  });

  router.post(HOME, async (req, res) => {
    const user = userOf(req)._id;
    await makes.take(user.toHexString());
    const before = await CalendarFeed.exists({ user });
    await makeFeed(user, deps.now());
    if (before) say(req, { kind: 'ok', text: wordsFor(res)('calendar.renewed') });
    res.redirect(303, HOME);
  });

  router.post(`${HOME}/off`, async (req, res) => {
    await CalendarFeed.deleteOne({ user: userOf(req)._id });
    say(req, { kind: 'ok', text: wordsFor(res)('calendar.turnedOff') });
    res.redirect(303, HOME);
  });
  return router;
}
