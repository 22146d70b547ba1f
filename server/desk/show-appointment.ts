import type { Response } from 'express';
import { questionsFor } from '../booking/read-answers.js';
import type { Deps } from '../deps.js';
import { LIVING_STATES, type Appointment, type AppointmentState } from '../models/appointment.js';
import { User } from '../models/user.js';
import { findMoved } from '../booking/find-moved.js';
import { matchFamilies } from '../reports/match-families.js';
import { countOf } from '../web/format-count.js';
import { dayAndTime, shortDayAndSpan, timeOfDay, whenInWords } from '../web/format-time.js';
import type { Form } from '../web/parse.js';
import { sayAnswers } from '../web/say-answers.js';
import { KIND_WORDS } from '../web/say-kind.js';
import { sayProblem } from '../web/say-problem.js';
import { sayRules } from '../web/say-rules.js';
import type { DeskMeeting, SeenEvent } from './find-meeting.js';
import { findLengths } from './find-lengths.js';
import { findTold } from './say-told.js';
import { deskFrame, deskPath } from './show-frame.js';

/** For whom an appointment is, as "Maria Cruz"; '' if nobody is known. */
export async function familyOf({
  account,
  household,
}: Pick<Appointment, 'account' | 'household'>): Promise<string> {
  return (await matchFamilies(account, [household])).get(household.toHexString()) ?? '';
}

/** A time on hold, with the questions to answer before it is booked. */
export async function showCheck(
  deps: Deps,
  res: Response,
  event: SeenEvent,
  found: DeskMeeting,
  form: Form,
): Promise<void> {
  const { appointment, meeting } = found;
  const isOver = (appointment.expiresAt ?? deps.now()) <= deps.now();
  if (isOver) {
    await showAppointment(deps, res, event, found);
    return;
  }
  const [family, told, lengths] = await Promise.all([
    familyOf(appointment),
    findTold(event.account, appointment.household),
    findLengths(event, appointment, deps.now()),
  ]);
  // The message of a field that isn't there any more stands above the form.
  const { inARow, ...others } = form.errors;
  const shown = inARow && lengths.length === 0 ? { ...form, errors: { _form: inARow, ...others } } : form;
  res.render('desk/check', {
    ...deskFrame(event, 'Check and book'),
    meeting,
    when: whenInWords(meeting.from, meeting.to, event),
    until: appointment.expiresAt ? timeOfDay(appointment.expiresAt, event) : '',
    family,
    told,
    hasMail: deps.config.smtpUrl !== undefined,
    override: overrideOf(appointment),
    questions: questionsFor(event, 'school'),
    self: `${deskPath(event)}/appointments/${meeting.id}`,
    lengths: lengths.map(({ inARow: value, minutes, until }) => ({
      value: String(value),
      label: `${countOf(minutes, 'minute', 'minutes')}, until ${timeOfDay(until, event)}`,
    })),
    form: shown,
  });
}

const STATES: Record<AppointmentState, { kind: string; word: string }> = {
  booked: { kind: 'ok', word: 'Booked' },
  problem: { kind: 'notice', word: 'Problem' },
  pending: { kind: 'busy', word: 'On hold' },
  cancelled: { kind: 'off', word: 'Canceled' },
  expired: { kind: 'off', word: 'Not booked' },
};

/** An appointment as the office reads it, with the actions that are possible. */
export async function showAppointment(
  deps: Deps,
  res: Response,
  event: SeenEvent,
  { appointment, meeting }: DeskMeeting,
): Promise<void> {
  const isHeld = appointment.state === 'pending' && (appointment.expiresAt ?? deps.now()) > deps.now();
  const state = appointment.state === 'pending' && !isHeld ? 'expired' : appointment.state;
  const [family, who, moved] = await Promise.all([
    familyOf(appointment),
    namesOf([appointment.bookedBy, ...(appointment.override ? [appointment.override.by] : [])]),
    findMoved(event, appointment.household, appointment._id),
  ]);
  const booker = who.get(String(appointment.bookedBy));
  res.render('desk/appointment', {
    ...deskFrame(event, `${meeting.children} with ${meeting.teacher}`),
    meeting,
    state: STATES[state],
    stateCode: state,
    isLiving: LIVING_STATES.includes(appointment.state),
    when: shortDayAndSpan(meeting.from, meeting.to, event),
    family,
    problem: appointment.state === 'problem' ? sayProblem(appointment.problem) : '',
    kind: KIND_WORDS[meeting.kind],
    booked: [booker, appointment.bookedAt ? dayAndTime(appointment.bookedAt, event) : '']
      .filter(Boolean)
      .join(', '),
    canceled: appointment.cancelledAt ? dayAndTime(appointment.cancelledAt, event) : '',
    answers: sayAnswers(meeting.answers, 'staff'),
    override: appointment.override && {
      ...overrideOf(appointment),
      by: who.get(String(appointment.override.by)) ?? 'Somebody who no longer has a login',
      at: dayAndTime(appointment.override.at, event),
    },
    movedTo: moved && {
      when: shortDayAndSpan(moved.from, moved.to, event),
      href: `${deskPath(event)}/appointments/${String(moved._id)}`,
    },
    self: `${deskPath(event)}/appointments/${meeting.id}`,
    child: String(appointment.students[0] ?? ''),
    household: String(appointment.household),
    prints: !event.sight.resource,
    slotHref: `/events/${String(event._id)}/day-sheet/${String(appointment.slot)}`,
  });
}

function overrideOf({ override }: Pick<Appointment, 'override'>) {
  return override && { rules: sayRules(override.rules), reason: override.reason };
}

async function namesOf(ids: Appointment['bookedBy'][]): Promise<Map<string, string>> {
  const users = await User.find({ _id: { $in: ids } }, { name: 1 }).lean();
  return new Map(users.map(({ _id, name }) => [String(_id), name]));
}
