import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { bookingState } from '../web/booking-state.js';
import { daysInWords } from '../web/format-time.js';
import { nameSpoken } from '../web/format-language.js';
import { languageFor } from '../booking/find-interpreter.js';
import { bookDecided } from '../claims/leave-plan.js';
import { hasWaitlist } from '../waitlist/policy.js';
import { isWorthWaiting, waitsOf } from '../waitlist/show-wait.js';
import { findReasons } from './find-reasons.js';
import { mayChange } from './link-meeting.js';
import { layMeetings } from './lay-meetings.js';
import { findNews } from './serve-news.js';
import { conferenceOf, type Family } from './load-conference.js';
import { childrenWithTeachers, meetingsOf } from '../booking/queries.js';
import { aboutOpening } from './show-opening.js';

/** Shows a family's first page: its children with their teachers, and its meetings. */
export async function showFamily(deps: Deps, res: Response, family: Family): Promise<void> {
  // Taken before anything is read, so that a change meanwhile stays news.
  const now = deps.now();
  // Staff who look at the page write nothing.
  if (!res.locals.viewedFamily) await bookDecided({ event: family.event._id, user: family.actor.user });
  const meetings = await meetingsOf(family.event, family.household._id);
  const children = await childrenWithTeachers(family.event, family.household.children, meetings);
  const all = await waitsOf(family.event, family.household, now);
  // A time that is kept for the family can be answered even after the waitlist was turned off.
  const waits = hasWaitlist(family.event) ? all : all.filter(({ isOffered }) => isOffered);
  const reachable =
    bookingState(family.event, now) === 'open' ? await findReasons(family, children, now) : [];
  const news = await findNews(family, meetings, children, now);
  const language = languageFor(family.event, family.household);
  const { days: schedule } = layMeetings(family, meetings, now);
  res.render('booking/overview', {
    ...aboutEvent(deps, res),
    interpreter: language ? nameSpoken(language, family.event.locale) : '',
    children: children.map((child) => ({
      ...child,
      teachers: child.teachers.map((teacher) => {
        const found = reachable.find((one) => one.teacher === teacher);
        return {
          ...teacher,
          meetings: teacher.meetings.map((one) => ({ ...one, mayChange: mayChange(family.event, one, now) })),
          why: found?.why,
          mayWait: hasWaitlist(family.event) && found?.why !== undefined && isWorthWaiting(found.why.code),
          isFree: found !== undefined && !found.why,
        };
      }),
    })),
    ...{ meetings, schedule, news, waits },
    until: now.getTime(),
  });
}

/** What the event's pages say about the event. */
export function aboutEvent(deps: Deps, res: Response): Record<string, unknown> {
  const { event, account } = conferenceOf(res);
  return {
    title: event.name,
    account,
    days: daysInWords(event.days, event),
    ...aboutOpening(deps, res),
  };
}
