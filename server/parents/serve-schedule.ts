import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { bookingState } from '../web/booking-state.js';
import { wordsOf } from '../web/words.js';
import { bookDecided } from '../claims/leave-plan.js';
import { findNext } from './find-next.js';
import { layMeetings } from './lay-meetings.js';
import { familyOf, type Family } from './load-conference.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { meetingsOf } from '../booking/queries.js';
import { sendCalendar } from './serve-appointments.js';

/** A family's meetings on one page for printing, and as one calendar file. */
export function schedulePages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/schedule', async (_req, res) => {
    const family = await familyOf(res, deps);
    // Staff who look at the page write nothing.
    if (!res.locals.viewedFamily) await bookDecided({ event: family.event._id, user: family.actor.user });
    const meetings = await meetingsOf(family.event, family.household._id);
    res.render('booking/schedule', {
      title: wordsOf(family.event)('schedule.title'),
      ...layMeetings(family, meetings, deps.now()),
      isComplete: await isComplete(deps, family, meetings),
    });
  });

  router.get('/schedule.ics', async (_req, res) => {
    const family = await familyOf(res, deps);
    const meetings = await meetingsOf(family.event, family.household._id);
    sendCalendar(deps, res, family, meetings, 'schedule.ics');
  });
  return router;
}

/** Whether the family has a meeting with everybody it can book. */
async function isComplete(deps: Deps, family: Family, meetings: Meeting[]): Promise<boolean> {
  const last = meetings.at(-1);
  const isOpen = bookingState(family.event, deps.now()) === 'open';
  return isOpen && last !== undefined && !(await findNext(family, last, deps.now()));
}
