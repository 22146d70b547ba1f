import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { LIVING_STATES } from '../models/appointment.js';
import { notFound } from '../web/errors.js';
import { whenInWords } from '../web/format-time.js';
import { parseForm, parseId } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { sayCallOffice } from '../web/say-office.js';
import { say } from '../web/session.js';
import { wordsOf } from '../web/words.js';
import { cancelAppointment } from '../booking/cancel-appointment.js';
import { findMoved } from '../booking/find-moved.js';
import { familyOf, type Family } from './load-conference.js';
import { changeNote } from './change-note.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { meetingById } from '../booking/queries.js';
import { factsOf, isCancellable, showMeeting, timesPath } from './show-meeting.js';
import { cancelForm, noteForm } from '../booking/schema.js';
import { writeCalendar } from '../meetings/write-calendar.js';

/** One appointment from hold to booked to canceled, always at the same address. Loading it again or clicking twice does nothing new. */
export function appointmentPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  // The address that an error page names when the answer to a change was lost: it shows what became of the change.
  router.use('/appointments/:id', (req, res, next) => {
    res.locals.lookHref = req.baseUrl;
    next();
  });
  router.use('/appointments/:id', leadToMoved(deps));

  router.get('/appointments/:id', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    await showMeeting(deps, res, family, meeting);
  });

  router.get('/appointments/:id/change', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    if (isCancellable(deps, family, meeting))
      res.redirect(303, `${timesPath(family, meeting)}&change=${meeting.id}`);
    else sayTooLate(deps, req, res, family, meeting);
  });

  router.get('/appointments/:id/cancel', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    if (!isCancellable(deps, family, meeting)) {
      sayTooLate(deps, req, res, family, meeting);
      return;
    }
    res.render('booking/cancel', { title: wordsFor(res)('cancel.title'), ...factsOf(family, meeting) });
  });

  router.post('/appointments/:id/cancel', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    const answer = await cancelAppointment(deps, {
      appointment: { _id: parseId(meeting.id), account: family.account._id },
      by: 'household',
      actor: family.actor,
    });
    if (!answer.ok && answer.reason === 'too late') {
      sayTooLate(deps, req, res, family, meeting);
      return;
    }
    if (!answer.ok || answer.before === 'change') {
      // It is on hold, has ended, or was moved meanwhile; its page says which.
      res.redirect(303, `${family.home}/appointments/${meeting.id}`);
      return;
    }
    const t = wordsFor(res);
    const form = parseForm(cancelForm, req.body, t);
    const isUndone = form.ok && form.value.undo;
    const { teacher } = meeting;
    say(req, { kind: 'ok', text: isUndone ? t('done.undone', { teacher }) : t('cancel.done', { teacher }) });
    // Somebody who undoes a booking usually wants another time.
    res.redirect(303, isUndone ? timesPath(family, meeting) : family.home);
  });

  router.post('/appointments/:id/note', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    const parsed = parseForm(noteForm, req.body, wordsFor(res));
    if (!parsed.ok) {
      res.status(422);
      await showMeeting(deps, res, family, meeting, parsed);
      return;
    }
    const isSaved = await changeNote(deps, family, parseId(meeting.id), parsed.value.note);
    if (isSaved) say(req, { kind: 'ok', text: wordsFor(res)('done.noteSaved') });
    res.redirect(303, `${family.home}/appointments/${meeting.id}`);
  });

  router.get('/appointments/:id/calendar.ics', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    if (!LIVING_STATES.includes(meeting.state)) throw notFound();
    sendCalendar(deps, res, family, [meeting], 'meeting.ics');
  });
  return router;
}

/** Redirects the address of a meeting that was moved, as in old mails and calendars, to the new meeting. */
function leadToMoved(deps: Deps): RequestHandler<{ id: string }> {
  return async (req, res, next) => {
    if (req.method !== 'GET') {
      next();
      return;
    }
    const { event, household, home } = await familyOf(res, deps);
    const moved = await findMoved(event, household._id, parseId(req.params.id));
    if (!moved) {
      next();
      return;
    }
    const now = `${home}/appointments/${moved._id.toHexString()}`;
    if (req.path === '/calendar.ics') {
      res.redirect(303, `${now}/calendar.ics`);
      return;
    }
    if (moved.isLiving) {
      const when = whenInWords(moved.from, moved.to, event);
      say(req, { kind: 'notice', text: wordsFor(res)('meeting.movedTo', { when }) });
    }
    res.redirect(303, now);
  };
}

/** The household's own appointment; 404 for anybody else's. */
export async function meetingOf(
  deps: Deps,
  req: Request<{ id: string }>,
  res: Response,
): Promise<{ family: Family; meeting: Meeting }> {
  const family = await familyOf(res, deps);
  const meeting = await meetingById(family.event, family.household._id, parseId(req.params.id));
  if (!meeting) throw notFound();
  return { family, meeting };
}

/** Redirects to the meeting, whose page says what can still be done. */
function sayTooLate(
  deps: Deps,
  req: Request,
  res: Response,
  { event, home }: Family,
  meeting: Meeting,
): void {
  if (LIVING_STATES.includes(meeting.state)) {
    const key = meeting.from <= deps.now() ? 'ended.started' : 'ended.tooSoon';
    say(req, { kind: 'notice', text: wordsOf(event)(key, { office: sayCallOffice(event) }) });
  }
  res.redirect(303, `${home}/appointments/${meeting.id}`);
}

/** Sends a meeting's calendar file. */
export function sendCalendar(
  deps: Deps,
  res: Response,
  family: Family,
  meetings: Meeting[],
  name: string,
): void {
  const text = writeCalendar(family.event, family.account, meetings, deps.config.publicUrl, deps.now());
  res.attachment(name).type('text/calendar; charset=utf-8').send(text);
}
