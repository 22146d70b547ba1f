import express, { type Request, type Response, type Router } from 'express';
import { cancelAppointment } from '../booking/cancel-appointment.js';
import { endHold } from '../claims/check-holder.js';
import { confirmAppointment } from '../booking/confirm-appointment.js';
import { questionsFor, readAnswers } from '../booking/read-answers.js';
import { confirmForm } from '../booking/schema.js';
import { findMoved } from '../booking/find-moved.js';
import { finishAppointment } from '../booking/finish-appointment.js';
import type { Deps } from '../deps.js';
import { LIVING_STATES } from '../models/appointment.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { shortDayAndSpan } from '../web/format-time.js';
import { FRESH_FORM, parseForm, parseId, typedValues, type Form } from '../web/parse.js';
import { say, type Flash } from '../web/session.js';
import { findMeeting, type DeskMeeting, type SeenEvent } from './find-meeting.js';
import { findTold, sayTold } from './say-told.js';
import { cancelForm, NOTICE_MAX } from './schema.js';
import { familyOf, showAppointment, showCheck } from './show-appointment.js';
import { deskFrame, deskPath, seenIn } from './show-frame.js';
import { sayRefusal } from './say-refusal.js';
import { showRefusal } from './show-refusal.js';

/** One appointment at the desk, from hold to booked to canceled, always at one address: the same click twice changes nothing more. */
export function appointmentPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/:event/desk/appointments/:appointment', async (req, res) => {
    const { event, found } = await foundIn(req, res);
    if (isOwnHold(res, found)) await showCheck(deps, res, event, found, FRESH_FORM);
    else await showAppointment(deps, res, event, found);
  });

  router.post('/:event/desk/appointments/:appointment/confirmation', async (req, res) => {
    const { event, found } = await foundIn(req, res);
    if (found.appointment.state === 'pending' && !isOwnHold(res, found)) throw notFound();
    await confirm(deps, req, res, event, found);
  });

  router.post('/:event/desk/appointments/:appointment/release', async (req, res) => {
    const { event, found } = await foundIn(req, res);
    if (isOwnHold(res, found) && (await endHold(found.appointment._id, 'hold ended'))) {
      await finishAppointment(deps, found.appointment._id);
      say(req, { kind: 'ok', text: 'Nothing is booked. The time is free again.' });
    }
    const [student] = found.appointment.students;
    res.redirect(303, `${deskPath(event)}${student ? `/children/${String(student)}` : ''}`);
  });

  router.get('/:event/desk/appointments/:appointment/cancellation', async (req, res) => {
    const { event, found } = await foundIn(req, res);
    if (!LIVING_STATES.includes(found.appointment.state)) {
      res.redirect(303, pathOf(event, found));
      return;
    }
    await showCancel(deps, res, event, found, FRESH_FORM);
  });

  router.post('/:event/desk/appointments/:appointment/cancellation', async (req, res) => {
    const { event, found } = await foundIn(req, res);
    const parsed = parseForm(cancelForm, req.body);
    if (!parsed.ok) {
      await showCancel(deps, res.status(422), event, found, parsed);
      return;
    }
    const { _id, account, household } = found.appointment;
    const done = await cancelAppointment(deps, {
      appointment: { _id, account },
      by: 'school',
      actor: actorOf(res),
      ...(parsed.value.notice ? { notice: parsed.value.notice } : {}),
    });
    if (!done.ok) say(req, { kind: 'notice', text: 'There’s nothing to cancel: this time isn’t booked.' });
    else if (done.before) say(req, await sayEnded(event, found, done.before));
    else
      say(req, {
        kind: 'ok',
        text: `The appointment is canceled and the time is free. ${await sayTold(deps, event, household)}`,
      });
    res.redirect(303, pathOf(event, found));
  });
  return router;
}

/** It was moved or canceled while the question was open, so the typed notice went to nobody. */
async function sayEnded(event: SeenEvent, { appointment }: DeskMeeting, by: string): Promise<Flash> {
  const moved = by === 'change' ? await findMoved(event, appointment.household, appointment._id) : undefined;
  if (!moved?.isLiving) return { kind: 'notice', text: 'This appointment was already canceled.' };
  return {
    kind: 'notice',
    text: `Nothing was canceled: this appointment was moved to ${shortDayAndSpan(moved.from, moved.to, event)}.`,
    links: [{ href: `${deskPath(event)}/appointments/${String(moved._id)}`, label: 'Open it' }],
  };
}

/** Confirms a hold of one's own, with the answers that the event asks for. */
async function confirm(
  deps: Deps,
  req: Request,
  res: Response,
  event: SeenEvent,
  found: DeskMeeting,
): Promise<void> {
  const { appointment, meeting } = found;
  const parsed = parseForm(confirmForm(meeting.isOpenKind), req.body);
  const read = readAnswers(questionsFor(event, 'school'), req.body);
  if (appointment.state === 'pending' && (!parsed.ok || !read.ok)) {
    const errors = { ...(parsed.ok ? {} : parsed.errors), ...(read.ok ? {} : read.errors) };
    await showCheck(deps, res.status(422), event, found, { values: typedValues(req.body), errors });
    return;
  }
  const answer = await confirmAppointment(deps, {
    event,
    appointment: appointment._id,
    household: appointment.household,
    user: actorOf(res).user,
    by: 'school',
    note: parsed.ok ? parsed.value.note : '',
    ...(parsed.ok && parsed.value.meet ? { kind: parsed.value.meet } : {}),
    ...(read.ok ? { answers: read.answers } : {}),
    inARow: parsed.ok ? parsed.value.inARow : undefined,
  });
  if (answer.ok) {
    if (appointment.state === 'pending')
      say(req, { kind: 'ok', text: `Booked. ${await sayTold(deps, event, appointment.household)}` });
    res.redirect(303, pathOf(event, found));
    return;
  }
  const again = answer.kept && (await findMeeting(event, appointment._id));
  if (again) {
    const values = { ...typedValues(req.body), inARow: undefined };
    const child = { child: meeting.children, teacher: meeting.teacher };
    const errors = { inARow: sayRefusal(answer.reason, { ...child, family: await familyOf(appointment) }) };
    await showCheck(deps, res.status(409), event, again, { values, errors });
    return;
  }
  const [student] = appointment.students;
  await showRefusal(deps, res, event, {
    refusal: answer.reason,
    over: appointment.override?.rules ?? [],
    slot: appointment.slot,
    household: appointment.household,
    child: meeting.children,
    family: await familyOf(appointment),
    action: `${deskPath(event)}/appointments`,
    fields: { student: String(student), adult: `h${String(appointment.household)}` },
    verb: 'Book',
    back: `${deskPath(event)}/children/${String(student)}`,
  });
}

async function showCancel(
  deps: Deps,
  res: Response,
  event: SeenEvent,
  found: DeskMeeting,
  form: Form,
): Promise<void> {
  const { appointment, meeting } = found;
  const told = await findTold(event.account, appointment.household);
  res.render('desk/cancel', {
    ...deskFrame(event, 'Cancel appointment'),
    lead: `${meeting.children} with ${meeting.teacher}, ${shortDayAndSpan(meeting.from, meeting.to, event)}`,
    self: pathOf(event, found),
    told,
    hasMail: deps.config.smtpUrl !== undefined,
    noticeMax: NOTICE_MAX,
    form,
  });
}

function isOwnHold(res: Response, { appointment }: DeskMeeting): boolean {
  return appointment.state === 'pending' && appointment.bookedBy.equals(actorOf(res).user);
}

function pathOf(event: SeenEvent, { appointment }: DeskMeeting): string {
  return `${deskPath(event)}/appointments/${String(appointment._id)}`;
}

/** @throws 404 if the event lacks it or the reader does not see it */
export async function foundIn(
  req: Request,
  res: Response,
): Promise<{ event: SeenEvent; found: DeskMeeting }> {
  const event = seenIn(res);
  const found = await findMeeting(event, parseId(req.params.appointment));
  if (!found) throw notFound();
  return { event, found };
}
