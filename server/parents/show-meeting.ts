import type { Response } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { LIVING_STATES } from '../models/appointment.js';
import { meetingById } from '../booking/queries.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { HOLD_MS, isUndoable, mayCancel, mayWriteNote } from '../booking/policy.js';
import { questionsFor } from '../booking/read-answers.js';
import { mapOf, partsOf } from '../meetings/say-place.js';
import { bookingState } from '../web/booking-state.js';
import { shortDayAndTime, timeOfDay, whenInWords } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import { FRESH_FORM, type Form } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { sayAnswers } from '../web/say-answers.js';
import { wordsOf, type Words } from '../web/words.js';
import { isFirstBooking } from './find-first.js';
import { findNext } from './find-next.js';
import { findTimes } from './find-times.js';
import type { Family } from './load-conference.js';
import { sayMoved } from './serve-news.js';
import { showLength } from './show-length.js';

/** Shows an appointment in its present state. */
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
  // Times on different days need the day, because the clock times may be the same.
  const hasNewDay =
    before && dayOf(before.from, family.event.timeZone) !== dayOf(meeting.from, family.event.timeZone);
  const timeOf = (at: Date) => (hasNewDay ? shortDayAndTime : timeOfDay)(at, family.event);
  const isHeld = meeting.state === 'pending' && (meeting.expiresAt ?? new Date(0)) > deps.now();
  if (isHeld && meeting.expiresAt) {
    const until = timeOfDay(meeting.expiresAt, family.event);
    const replaced = before ? timeOf(before.from) : '';
    const questions = questionsFor(family.event, 'household');
    const length = await showLength(deps, t, family, meeting, before);
    // The message of a field that is gone stands above the form.
    const { inARow, ...others } = form?.errors ?? {};
    const shown = form && inARow && !length.choice ? { ...form, errors: { _form: inARow, ...others } } : form;
    // What was typed before another time was chosen, until it is sent.
    const typed = shown ?? (meeting.typed ? { values: meeting.typed, errors: {} } : FRESH_FORM);
    res.render('booking/check', {
      key: new Types.ObjectId().toHexString(),
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
      key: new Types.ObjectId().toHexString(),
      ...words,
      ...(wasBooked
        ? { why: sayCancelled(t, meeting), isFree: false }
        : await showOver(deps, family, meeting)),
      timesHref: wasBooked ? timesPath(family, meeting) : timesBeside(family, meeting),
    });
  }
}

/** Shows a hold that ran out, and whether the time can be had again. */
async function showOver(
  deps: Deps,
  { event, household, actor }: Family,
  { resource, teacher, children, slot, students, replaces, from, goer }: Meeting,
): Promise<{ why: string; isFree: boolean }> {
  const looker = {
    ...{ event, household, user: actor.user, students, replaces, goer: goer?.id },
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

/** What the page says of a meeting. */
export function factsOf(family: Family, meeting: Meeting): Record<string, unknown> {
  return {
    meeting,
    answers: sayAnswers(meeting.answers, 'family', wordsOf(family.event)),
    when: whenInWords(meeting.from, meeting.to, family.event),
    places: partsOf(meeting, { place: '' }, family.account),
    map: mapOf(meeting, family.event, family.account),
    timesHref: timesPath(family, meeting),
  };
}

/** The times that a meeting can be changed to. */
export function timesPath({ home }: Family, { resource, students }: Meeting): string {
  return `${home}/times/${resource.toHexString()}?student=${students[0]?.toHexString() ?? ''}`;
}

/** The times to choose another one from, for a hold, past or present. */
export function timesBeside(family: Family, meeting: Meeting): string {
  const change = meeting.replaces ? `&change=${meeting.replaces.toHexString()}` : '';
  return `${timesPath(family, meeting)}${change}&kept=${meeting.id}`;
}

/** Whether the family may still cancel or change a meeting. */
export function isCancellable(deps: Deps, family: Family, meeting: Meeting): boolean {
  return (
    LIVING_STATES.includes(meeting.state) && mayCancel(family.event, meeting.from, deps.now(), 'household')
  );
}
