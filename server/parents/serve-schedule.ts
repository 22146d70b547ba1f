import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { bookingState } from '../web/booking-state.js';
import { fullDay, timeSpan } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import { sayAnswers } from '../web/say-answers.js';
import { wordsOf } from '../web/words.js';
import { bookDecided } from '../booking/leave-plan.js';
import { findNext } from './find-next.js';
import { familyOf, type Family } from './load-conference.js';
import { meetingsOf, type Meeting } from '../booking/queries.js';
import { sendCalendar } from './serve-appointments.js';

/** A family's meetings on one page for printing, and as one calendar file. */
export function schedulePages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/schedule', async (_req, res) => {
    const family = await familyOf(res, deps);
    const { event } = family;
    const { timeZone } = event;
    // A look of staff writes nothing.
    if (!res.locals.viewedFamily) await bookDecided({ event: family.event._id, user: family.actor.user });
    const meetings = await meetingsOf(family.event, family.household._id);
    const days = [...new Set(meetings.map((meeting) => dayOf(meeting.from, timeZone)))].map((day) => ({
      label: fullDay(day, event),
      meetings: meetings
        .filter((meeting) => dayOf(meeting.from, timeZone) === day)
        .map((meeting) => ({
          ...meeting,
          said: sayAnswers(meeting.answers, 'family', wordsOf(event)),
          span: timeSpan(meeting.from, meeting.to, event),
        })),
    }));
    res.render('booking/schedule', {
      ...{ title: wordsOf(event)('schedule.title'), days },
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

/** Whether the family has booked whomever it can book now. */
async function isComplete(deps: Deps, family: Family, meetings: Meeting[]): Promise<boolean> {
  const last = meetings.at(-1);
  const isOpen = bookingState(family.event, deps.now()) === 'open';
  return isOpen && last !== undefined && !(await findNext(family, last, deps.now()));
}
