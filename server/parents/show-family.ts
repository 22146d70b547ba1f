import type { Response } from 'express';
import type { Deps } from '../deps.js';
import { daysInWords } from '../web/format-time.js';
import { bookDecided } from '../booking/leave-plan.js';
import { layMeetings } from './lay-meetings.js';
import { findNews } from './serve-news.js';
import { conferenceOf, type Family } from './load-conference.js';
import { childrenWithTeachers, meetingsOf } from '../booking/queries.js';
import { aboutOpening } from './show-opening.js';

/** A family's first page: its children with their teachers, and its meetings. */
export async function showFamily(deps: Deps, res: Response, family: Family): Promise<void> {
  // A look of staff writes nothing.
  if (!res.locals.viewedFamily) await bookDecided({ event: family.event._id, user: family.actor.user });
  const meetings = await meetingsOf(family.event, family.household._id);
  const children = await childrenWithTeachers(family.event, family.household.children, meetings);
  const now = deps.now();
  const news = await findNews(family, meetings, now);
  const { days: schedule } = layMeetings(family, meetings, now);
  res.render('booking/overview', {
    ...aboutEvent(deps, res),
    ...{ children, meetings, schedule, news },
    until: now.getTime(),
  });
}

/** What the event's pages say of it. */
export function aboutEvent(deps: Deps, res: Response): Record<string, unknown> {
  const { event, account } = conferenceOf(res);
  return {
    title: event.name,
    account,
    days: daysInWords(event.days, event),
    ...aboutOpening(deps, res),
  };
}
