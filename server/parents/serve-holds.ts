import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { parseForm, parseId, typedValues } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { confirmAppointment } from '../booking/confirm-appointment.js';
import type { Meeting } from '../booking/queries.js';
import { questionsFor, readAnswers } from '../booking/read-answers.js';
import { confirmForm } from '../booking/schema.js';
import { holdAgain } from './hold-again.js';
import { keepTyped } from './keep-typed.js';
import { sayRefusal } from './refuse-booking.js';
import { meetingOf, showMeeting, timesBeside } from './serve-appointments.js';
import { leadToRefusal } from './serve-times.js';

/** What can be done with a time on hold, or that was: book it, take it again, or choose another. What was typed stays whatever becomes of it. */
export function holdPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.post('/appointments/:id/confirm', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    if (isOver(meeting, deps.now())) {
      await keepTyped(parseId(meeting.id), req.body);
      return holdAgain(deps, res, family, meeting);
    }
    const parsed = parseForm(confirmForm(meeting.isOpenKind), req.body, wordsFor(res));
    const read = readAnswers(questionsFor(family.event, 'household'), req.body, wordsFor(res));
    if (!parsed.ok || !read.ok) {
      // As the fields stand: the note comes last.
      const faults: Record<string, string> = parsed.ok ? {} : parsed.errors;
      const { note, inARow, ...meet } = faults;
      const errors = {
        ...(inARow ? { inARow } : {}),
        ...meet,
        ...(read.ok ? {} : read.errors),
        ...(note ? { note } : {}),
      };
      res.status(422);
      await showMeeting(deps, res, family, meeting, { values: typedValues(req.body), errors });
      return;
    }
    const answer = await confirmAppointment(deps, {
      event: family.event,
      appointment: parseId(meeting.id),
      household: family.household._id,
      user: family.actor.user,
      by: 'household',
      note: parsed.value.note,
      ...(parsed.value.meet ? { kind: parsed.value.meet } : {}),
      answers: read.answers,
      inARow: parsed.value.inARow,
    });
    if (!answer.ok && answer.kept) {
      // Only the longer meeting can't be: what was typed stays, and so does the time.
      const values = { ...typedValues(req.body), inARow: undefined };
      const errors = { inARow: sayRefusal(family.event, answer.reason) };
      const { meeting: kept } = await meetingOf(deps, req, res);
      await showMeeting(deps, res.status(409), family, kept, { values, errors });
      return;
    }
    const [student] = meeting.students;
    if (answer.ok || meeting.state === 'cancelled' || !student) {
      res.redirect(303, `${family.home}/appointments/${meeting.id}`);
      return;
    }
    await keepTyped(parseId(meeting.id), req.body);
    // It ran out at this moment.
    if (answer.reason === 'hold ended') await holdAgain(deps, res, family, meeting);
    else
      await leadToRefusal(
        res,
        family,
        {
          ...{ slot: meeting.slot, student, change: meeting.replaces, kept: parseId(meeting.id) },
          reason: answer.reason,
        },
        deps.now(),
      );
  });

  router.post('/appointments/:id/again', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    if (isOver(meeting, deps.now())) await holdAgain(deps, res, family, meeting);
    else res.redirect(303, `${family.home}/appointments/${meeting.id}`);
  });

  // To the times, with what was typed.
  router.post('/appointments/:id/other', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    await keepTyped(parseId(meeting.id), req.body);
    res.redirect(303, timesBeside(family, meeting));
  });
  return router;
}

/** Whether it was on hold and is no more, and was never booked. */
function isOver({ state, expiresAt }: Meeting, now: Date): boolean {
  return state === 'expired' || (state === 'pending' && (expiresAt ?? now) <= now);
}
