import express, { type Request, type RequestHandler, type Response, type Router } from 'express';
import type { Deps } from '../deps.js';
import { LIVING_STATES } from '../models/appointment.js';
import { bookingState } from '../web/booking-state.js';
import { notFound } from '../web/errors.js';
import { shortDayAndTime, timeOfDay, whenInWords } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import { FRESH_FORM, parseForm, parseId, type Form } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { sayAnswers } from '../web/say-answers.js';
import { sayCallOffice } from '../web/say-office.js';
import { say } from '../web/session.js';
import { wordsOf, type Words } from '../web/words.js';
import { cancelAppointment } from '../booking/cancel-appointment.js';
import { findMoved } from '../booking/find-moved.js';
import { isFirstBooking } from './find-first.js';
import { familyOf, type Family } from './load-conference.js';
import { HOLD_MS, isUndoable, mayCancel, mayWriteNote } from '../booking/policy.js';
import { changeNote } from './change-note.js';
import { meetingById, type Meeting } from '../booking/queries.js';
import { questionsFor } from '../booking/read-answers.js';
import { mapOf, partsOf } from '../booking/say-place.js';
import { sayMoved } from './serve-news.js';
import { showLength } from './show-length.js';
import { cancelForm, noteForm } from '../booking/schema.js';
import { findNext } from './find-next.js';
import { findTimes } from './find-times.js';
import { writeCalendar } from '../booking/write-calendar.js';

/** One appointment from hold to booked to cancelled, always at the same address: loading it again or clicking twice does nothing new. */
export function appointmentPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  // Where it shows what became of a change whose answer was lost.
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
      // On hold, not kept any longer, or moved meanwhile: its page says which.
      res.redirect(303, `${family.home}/appointments/${meeting.id}`);
      return;
    }
    const t = wordsFor(res);
    const form = parseForm(cancelForm, req.body, t);
    const isUndone = form.ok && form.value.undo;
    const { teacher } = meeting;
    say(req, { kind: 'ok', text: isUndone ? t('done.undone', { teacher }) : t('cancel.done', { teacher }) });
    // Who undoes one mostly wants another.
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

/** A link to a meeting that was moved since, as old mails and calendars have it, leads to where it is now. */
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

/** The household's own appointment; anybody else's is as if it were not there. */
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

/** The page of an appointment as it stands. */
export async function showMeeting(
  deps: Deps,
  res: Response,
  family: Family,
  meeting: Meeting,
  form?: Form,
): Promise<void> {
  const t = wordsFor(res);
  const words = { ...factsOf(family, meeting), ...(form ? { form } : {}) };
  const before =
    meeting.replaces && (await meetingById(family.event, family.household._id, meeting.replaces));
  // Two times on different days need the day: the clock alone can be the same.
  const hasNewDay =
    before && dayOf(before.from, family.event.timeZone) !== dayOf(meeting.from, family.event.timeZone);
  const timeOf = (at: Date) => (hasNewDay ? shortDayAndTime : timeOfDay)(at, family.event);
  const isHeld = meeting.state === 'pending' && (meeting.expiresAt ?? new Date(0)) > deps.now();
  if (isHeld && meeting.expiresAt) {
    const until = timeOfDay(meeting.expiresAt, family.event);
    const replaced = before ? timeOf(before.from) : '';
    const questions = questionsFor(family.event, 'household');
    const length = await showLength(deps, t, family, meeting, before);
    // The message of a field that isn't there any more stands above the form.
    const { inARow, ...others } = form?.errors ?? {};
    const shown = form && inARow && !length.choice ? { ...form, errors: { _form: inARow, ...others } } : form;
    // What was typed before another time was chosen, until it is sent.
    const typed = shown ?? (meeting.typed ? { values: meeting.typed, errors: {} } : FRESH_FORM);
    res.render('booking/check', {
      isFirst: await isFirstBooking(family),
      ...{ title: t('check.heading'), ...words, form: typed, until, replaced, questions, length },
    });
  } else if (LIVING_STATES.includes(meeting.state)) {
    res.render('booking/done', {
      title: before ? t('done.moved', { time: timeOf(meeting.from) }) : t('done.booked'),
      released: before ? timeOf(before.from) : '',
      ...words,
      movedBySchool: sayMoved(meeting, family, deps.now()),
      mayCancel: isCancellable(deps, family, meeting),
      mayUndo: isUndoable(meeting, deps.now()),
      mayWrite: mayWriteNote(family.event, meeting, deps.now()),
      isOpen: bookingState(family.event, deps.now()) === 'open',
      next: await findNext(family, meeting, deps.now()),
      emailProven: family.actor.emailProven,
      email: family.actor.email,
    });
  } else {
    const wasBooked = meeting.state === 'cancelled';
    res.render('booking/ended', {
      title: t(wasBooked ? 'ended.title' : 'ended.unheld'),
      ...words,
      ...(wasBooked
        ? { why: sayCancelled(t, meeting), isFree: false }
        : await showOver(deps, family, meeting)),
      timesHref: wasBooked ? timesPath(family, meeting) : timesBeside(family, meeting),
    });
  }
}

/** What ran out, and whether it can be had again. */
async function showOver(
  deps: Deps,
  { event, household, actor }: Family,
  { resource, teacher, children, slot, students, replaces, from }: Meeting,
): Promise<{ why: string; isFree: boolean }> {
  const looker = {
    ...{ event, household, user: actor.user, students, replaces },
    ...{ resource: { _id: resource, name: teacher }, child: children },
  };
  const [time] = await findTimes(looker, deps.now(), [{ _id: slot }]);
  const held = { time: timeOfDay(from, event), count: HOLD_MS / 60_000 };
  const t = wordsOf(event);
  if (time?.state === 'free') return { why: t('ended.stillFree', held), isFree: true };
  return { why: time?.reason ?? t('ended.noLonger', held), isFree: false };
}

function sayCancelled(t: Words, { cancelledBy }: Meeting): string {
  if (cancelledBy === 'school') return t('ended.bySchool');
  return t(cancelledBy === 'change' ? 'ended.byChange' : 'ended.byYou');
}

function factsOf(family: Family, meeting: Meeting): Record<string, unknown> {
  return {
    meeting,
    answers: sayAnswers(meeting.answers, 'family', wordsOf(family.event)),
    when: whenInWords(meeting.from, meeting.to, family.event),
    places: partsOf(meeting, { place: '' }, family.account),
    map: mapOf(meeting, family.event, family.account),
    timesHref: timesPath(family, meeting),
  };
}

function timesPath({ home }: Family, { resource, students }: Meeting): string {
  return `${home}/times/${resource.toHexString()}?student=${students[0]?.toHexString() ?? ''}`;
}

/** The times from which another one is chosen for what is on hold, or was. */
export function timesBeside(family: Family, meeting: Meeting): string {
  const change = meeting.replaces ? `&change=${meeting.replaces.toHexString()}` : '';
  return `${timesPath(family, meeting)}${change}&kept=${meeting.id}`;
}

function isCancellable(deps: Deps, family: Family, meeting: Meeting): boolean {
  return (
    LIVING_STATES.includes(meeting.state) && mayCancel(family.event, meeting.from, deps.now(), 'household')
  );
}

/** Leads to the meeting, whose page says how it stands and what can be done. */
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
