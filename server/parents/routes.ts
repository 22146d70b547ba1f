import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { speakTo } from '../web/read-language.js';
import { parseQuery } from '../web/parse.js';
import { wordsOf } from '../web/words.js';
import { findByLink } from './find-by-link.js';
import { loadConference, parentGuard } from './load-conference.js';
import { myEvents } from './list-my-events.js';
import { appointmentPages } from './serve-appointments.js';
import { childrenPages } from './serve-children.js';
import { linkQuery } from './schema.js';
import { holdPages } from './serve-holds.js';
import { newsPages } from './serve-news.js';
import { addSchoolPage } from './serve-school.js';
import { schedulePages } from './serve-schedule.js';
import { timesPages } from './serve-times.js';
import { lastPart, showLost, tidyLink } from './show-lost.js';
import { welcomePages } from './serve-welcome.js';

/** Parents' pages: their events, and one event behind its link, whose first page and registration are open to everybody. */
export function bookingRoutes(deps: Deps): Router {
  const router = express.Router();

  router.get('/my', async (req, res) => {
    if (!req.user) {
      res.redirect(303, '/login?next=/my');
      return;
    }
    const reader = await speakTo(res);
    const title = wordsOf(reader)('my.heading');
    res.render('booking/my', { title, events: await myEvents(req.user, reader, deps.now()) });
  });

  addSchoolPage(router, deps);
  router.get('/e', async (req, res) => {
    const { link } = parseQuery(linkQuery, req.query);
    const found = (await findByLink(lastPart(link))) ?? (await findByLink(tidyLink(link)));
    if (found) res.redirect(303, `/e/${found.event.link}`);
    else await showLost(res, link);
  });

  const event = express.Router({ mergeParams: true });
  event.use(loadConference);
  event.use(welcomePages(deps));
  event.use(parentGuard);
  event.use(
    childrenPages(deps),
    timesPages(deps),
    appointmentPages(deps),
    holdPages(deps),
    schedulePages(deps),
    newsPages(deps),
  );
  router.use('/e/:link', event);
  return router;
}
