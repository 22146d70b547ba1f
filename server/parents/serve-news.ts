import express, { type Router } from 'express';
import type { Types } from 'mongoose';
import { withNames, type Meeting } from '../meetings/name-meetings.js';
import type { ChildView } from '../booking/queries.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { parseForm } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { wordsOf } from '../web/words.js';
import { shortDayAndTime } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { familyOf, type Family } from './load-conference.js';
import { newsForm } from './schema.js';

/** A change by the school that the family's page shows until somebody there has seen it. */
export interface News {
  text: string;
  /** Absent: nothing can be chosen, because the child or the teacher is not in the event any more. */
  href?: string;
  id: string;
  isCanceled: boolean;
}

/**
 * What the school moved or canceled of a family's coming meetings and this adult has not seen, by time. Each adult sees it for themselves.
 * @param meetings the family's meetings
 * @param children the family's children, with the teachers each can meet
 */
export async function findNews(
  { event, household, actor, home }: Family,
  meetings: Meeting[],
  children: ChildView[],
  now: Date,
): Promise<News[]> {
  const canceled = await Appointment.find({
    household: household._id,
    event: event._id,
    state: 'cancelled',
    cancelledBy: 'school',
    from: { $gt: now },
  })
    .sort({ from: 1 })
    .limit(MOST)
    .lean();
  const all = [...meetings, ...(await withNames(canceled, event))];
  const shown = all
    .filter((meeting) => isNews(meeting, actor.user, now))
    .sort((a, b) => +a.from - +b.from)
    .slice(0, MOST);
  return shown.map((meeting) => newsOf(meeting, event, home, mayChooseAgain(children, meeting)));
}

/** Whether a time with the teacher can be chosen in place of a canceled one. */
function mayChooseAgain(children: ChildView[], { students: [student], resource }: Meeting): boolean {
  const child = children.find(({ id }) => student?.equals(id));
  return child?.teachers.some(({ id }) => resource.equals(id)) ?? false;
}

/** More than anybody reads. Only what was shown is marked as seen, so the rest follows. */
const MOST = 30;

/** "Moved by the school on Nov 20: was 3:00 PM.", until this adult has seen it; else ''. */
export function sayMoved(
  meeting: Meeting,
  { event, actor }: Pick<Family, 'event' | 'actor'>,
  now: Date,
): string {
  const { moved } = meeting;
  if (!moved || !isNews(meeting, actor.user, now)) return '';
  const values = { on: shortDayAndTime(moved.at, event), was: shortDayAndTime(moved.from, event) };
  const t = wordsOf(event);
  return moved.teacher
    ? t('news.newTeacherHere', { ...values, before: moved.teacher })
    : t('news.movedHere', values);
}

function isNews({ cancelledAt, moved, to, seen = [] }: Meeting, user: Types.ObjectId, now: Date): boolean {
  const at = cancelledAt ?? moved?.at;
  return at !== undefined && to > now && !seen.some((one) => one.by.equals(user) && one.at >= at);
}

function newsOf(meeting: Meeting, event: PlacedEvent, home: string, mayChoose: boolean): News {
  const { teacher, children, from, moved, cancelledAt } = meeting;
  const t = wordsOf(event);
  const when = (at: Date) => shortDayAndTime(at, event);
  const isCanceled = cancelledAt !== undefined;
  const on = when(cancelledAt ?? moved?.at ?? from);
  return {
    text: isCanceled
      ? t('news.canceled', { teacher, children, on, was: when(from) })
      : t(movedKey(meeting), {
          ...{ teacher, children, on, before: moved?.teacher ?? '' },
          ...{ was: when(moved?.from ?? from), now: when(from) },
        }),
    ...(isCanceled && !mayChoose
      ? {}
      : {
          href: isCanceled
            ? `${home}/times/${meeting.resource.toHexString()}?student=${meeting.students[0]?.toHexString() ?? ''}`
            : `${home}/appointments/${meeting.id}`,
        }),
    id: meeting.id,
    isCanceled,
  };
}

/** Which sentence it is: a new teacher at the same time, a new teacher at another time, or only another time. */
function movedKey({ moved, from }: Meeting) {
  if (!moved?.teacher) return 'news.moved';
  return +moved.from === +from ? 'news.newTeacher' : 'news.newTeacherAndTime';
}

/** Where an adult confirms having seen what the school changed. */
export function newsPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.post('/news', async (req, res) => {
    const { household, event, actor, home } = await familyOf(res, deps);
    const parsed = parseForm(newsForm, req.body, wordsFor(res));
    // A change after the page was made stays news.
    const until = parsed.ok ? new Date(Math.min(parsed.value.until, deps.now().getTime())) : undefined;
    if (until)
      await Appointment.updateMany(
        {
          _id: { $in: parsed.ok ? parsed.value.shown : [] },
          household: household._id,
          event: event._id,
          state: { $in: [...LIVING_STATES, 'cancelled'] },
          to: { $gt: deps.now() },
          $or: [{ 'moved.at': { $lte: until } }, { cancelledBy: 'school', cancelledAt: { $lte: until } }],
        },
        { $push: { seen: { $each: [{ by: actor.user, at: until }], $slice: -MOST_SEEN } } },
      );
    res.redirect(303, home);
  });
  return router;
}

/** How many of the last looks are stored for a meeting. */
const MOST_SEEN = 10;
