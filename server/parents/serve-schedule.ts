import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { wordsOf } from '../web/words.js';
import { bookDecided } from '../booking/leave-plan.js';
import { layMeetings } from './lay-meetings.js';
import { familyOf } from './load-conference.js';
import { meetingsOf } from '../booking/queries.js';
import { sendCalendar } from './serve-appointments.js';

/** A family's meetings on one page for printing, and as one calendar file. */
export function schedulePages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/schedule', async (_req, res) => {
    const family = await familyOf(res, deps);
    // A look of staff writes nothing.
    if (!res.locals.viewedFamily) await bookDecided({ event: family.event._id, user: family.actor.user });
    const meetings = await meetingsOf(family.event, family.household._id);
    res.render('booking/schedule', {
      title: wordsOf(family.event)('schedule.title'),
      ...layMeetings(family, meetings, deps.now()),
    });
  });

  router.get('/schedule.ics', async (_req, res) => {
    const family = await familyOf(res, deps);
    const meetings = await meetingsOf(family.event, family.household._id);
    sendCalendar(deps, res, family, meetings, 'schedule.ics');
  });
  return router;
}
