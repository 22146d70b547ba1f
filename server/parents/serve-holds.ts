import express, { type Router } from 'express';
import type { Deps } from '../deps.js';
import { parseId, typedValues } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { confirmAppointment } from '../booking/confirm-appointment.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { letLineGoFirst } from '../waitlist/offer-times.js';
import { holdAgain } from './hold-again.js';
import { keepTyped } from './keep-typed.js';
import { readConfirmation } from './read-confirmation.js';
import { sayRefusal } from './refuse-booking.js';
import { meetingOf } from './serve-appointments.js';
import { showMeeting, timesBeside } from './show-meeting.js';
import { leadToRefusal } from './refuse-press.js';

/** What can be done with a hold, past or present: book it, hold it again, or choose another time. What was typed is kept in every case. */
export function holdPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.post('/appointments/:id/confirm', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    if (isOver(meeting, deps.now())) {
      await keepTyped(parseId(meeting.id), req.body);
      return holdAgain(deps, res, family, meeting, req.body);
    }
    const read = readConfirmation(family, meeting, req.body, wordsFor(res));
    if (!read.ok) {
      await showMeeting(deps, res.status(422), family, meeting, read.form);
      return;
    }
    // The waitlist may have a claim to the further slots.
    const { asked, inARow } = read;
    if (inARow !== undefined && inARow > 1) await letLineGoFirst(deps, family.event, meeting.slot, inARow);
    const answer = await confirmAppointment(deps, { ...asked, inARow });
    if (!answer.ok && answer.kept) {
      // Only the longer meeting is refused: the time and what was typed stay.
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
    // The hold ran out at this moment.
    if (answer.reason === 'hold ended') await holdAgain(deps, res, family, meeting, req.body);
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
    if (isOver(meeting, deps.now())) await holdAgain(deps, res, family, meeting, req.body);
    else res.redirect(303, `${family.home}/appointments/${meeting.id}`);
  });

  // Returns to the times, keeping what was typed.
  router.post('/appointments/:id/other', async (req, res) => {
    const { family, meeting } = await meetingOf(deps, req, res);
    await keepTyped(parseId(meeting.id), req.body);
    res.redirect(303, timesBeside(family, meeting));
  });
  return router;
}

/** Whether a hold ended without being booked. */
function isOver({ state, expiresAt }: Meeting, now: Date): boolean {
  return state === 'expired' || (state === 'pending' && (expiresAt ?? now) <= now);
}
