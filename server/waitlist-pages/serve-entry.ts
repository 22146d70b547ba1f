import express, { type Request, type Response, type Router } from 'express';
import { confirmAppointment } from '../booking/confirm-appointment.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { meetingById } from '../booking/queries.js';
import { questionsFor } from '../booking/read-answers.js';
import type { Deps } from '../deps.js';
import { lineKey, type WaitlistEntry, type WaitlistState } from '../models/waitlist-entry.js';
import { familyOf, type Family } from '../parents/load-conference.js';
import { readConfirmation } from '../parents/read-confirmation.js';
import { sayRefusal } from '../parents/refuse-booking.js';
import { bookingState } from '../web/booking-state.js';
import { notFound } from '../web/errors.js';
import { andList } from '../web/format-count.js';
import { dayAndTimeSoon, whenInWords } from '../web/format-time.js';
import { parseId, typedValues, type Form } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { callOffice } from '../web/say-office.js';
import { say } from '../web/session.js';
import { wordsOf } from '../web/words.js';
import { endEntry } from '../waitlist/end-entry.js';
import { changeHours } from '../waitlist/join-waitlist.js';
import { passOffer } from '../waitlist/pass-offer.js';
import { entryOf, type Placed } from '../waitlist/queries.js';
import { isKept, sayPlace } from '../waitlist/show-wait.js';
import { hoursIn, hoursInWords, hoursOn, readHours } from './read-hours.js';
import { dayOptions, namesOf } from './serve-line.js';

/** One entry of a waitlist, from joining to its end, always at the same address: an old mail's link shows how it is now. */
export function entryPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/waitlist/:waiting', async (req, res) => {
    const { family, entry } = await entryAt(deps, req, res);
    await showEntry(deps, res, family, entry);
  });

  router.post('/waitlist/:waiting/accept', async (req, res) => {
    const { family, entry } = await entryAt(deps, req, res);
    const meeting = await keptFor(family, entry);
    if (!meeting) {
      if (entry.open) say(req, { kind: 'notice', text: wordsFor(res)('waitlist.offerOver') });
      res.redirect(303, pathOf(family, entry));
      return;
    }
    const read = readConfirmation(family, meeting, req.body, wordsFor(res));
    if (!read.ok) {
      await showEntry(deps, res.status(422), family, entry, read.form);
      return;
    }
    const booked = await confirmAppointment(deps, read.asked);
    if (booked.ok) {
      await endEntry(deps, entry, 'booked');
      res.redirect(303, `${family.home}/appointments/${meeting.id}`);
      return;
    }
    const { teacher, children: child } = meeting;
    const why = sayRefusal(family.event, booked.reason, { teacher, child });
    const isOver = booked.reason === 'hold ended';
    say(req, { kind: 'notice', text: isOver ? wordsFor(res)('waitlist.offerOver') : why });
    res.redirect(303, pathOf(family, entry));
  });

  router.post('/waitlist/:waiting/pass', async (req, res) => {
    const { family, entry } = await entryAt(deps, req, res);
    const answer = await passOffer(deps, entry);
    if (answer === 'booked' && entry.offer) {
      res.redirect(303, `${family.home}/appointments/${entry.offer.appointment.toHexString()}`);
      return;
    }
    // Pressing again, or after it has run out, says how it is now.
    if (answer === 'passed') {
      say(req, { kind: 'ok', text: wordsFor(res)('waitlist.passed') });
      await deps.queue.add('offer-times', lineKey(entry));
    }
    res.redirect(303, pathOf(family, entry));
  });

  router.post('/waitlist/:waiting/leave', async (req, res) => {
    const { family, entry } = await entryAt(deps, req, res);
    if (await endEntry(deps, entry, 'left')) {
      const { teacher } = await namesOf(family, entry);
      say(req, { kind: 'ok', text: wordsFor(res)('waitlist.endLeft', { teacher }) });
      if (entry.offer) await deps.queue.add('offer-times', lineKey(entry));
    }
    res.redirect(303, `${family.home}/waitlist`);
  });

  router.post('/waitlist/:waiting/hours', async (req, res) => {
    const { family, entry } = await entryAt(deps, req, res);
    const read = readHours(family.event, req.body, hoursOn(family.event, entry));
    if (!read.ok) {
      res.status(422);
      await showEntry(deps, res, family, entry, { values: typedValues(req.body), errors: read.errors });
      return;
    }
    if (entry.open) {
      await changeHours(entry, read.hours);
      say(req, { kind: 'ok', text: wordsFor(res)('waitlist.hoursSaved') });
    }
    res.redirect(303, pathOf(family, entry));
  });
  return router;
}

function pathOf({ home }: Family, { _id }: Pick<WaitlistEntry, '_id'>): string {
  return `${home}/waitlist/${_id.toHexString()}`;
}

/** The household's own; anybody else's is as if it were not there. */
async function entryAt(
  deps: Deps,
  req: Request<{ waiting: string }>,
  res: Response,
): Promise<{ family: Family; entry: Placed }> {
  const family = await familyOf(res, deps);
  const entry = await entryOf(family.event._id, family.household, parseId(req.params.waiting));
  if (!entry) throw notFound();
  return { family, entry };
}

/** What is on hold for an entry, or was booked of it. */
async function keptFor({ event, household }: Family, { offer }: Placed): Promise<Meeting | undefined> {
  return offer && meetingById(event, household._id, offer.appointment);
}

const ENDS: Partial<Record<WaitlistState, string>> = {
  booked: 'waitlist.endBooked',
  left: 'waitlist.endLeft',
  lapsed: 'waitlist.endLapsed',
  removed: 'waitlist.endRemoved',
  gone: 'waitlist.endGone',
};

async function showEntry(
  deps: Deps,
  res: Response,
  family: Family,
  entry: Placed,
  form?: Form,
): Promise<void> {
  const { event, actor } = family;
  const t = wordsOf(event);
  const now = deps.now();
  const kept = isKept(entry, now) ? await keptFor(family, entry) : undefined;
  const meeting = kept?.state === 'pending' ? kept : undefined;
  const names = await namesOf(family, entry);
  const { teacher } = names;
  const shown = {
    path: pathOf(family, entry),
    ...(form ? { form } : {}),
    teacher,
    children: andList(names.children, event),
    email: actor.email,
    emailProven: actor.emailProven,
  };
  if (meeting && entry.offer) {
    res.render('waitlist/offer', {
      title: t('waitlist.offered'),
      ...shown,
      meeting,
      when: whenInWords(meeting.from, meeting.to, event),
      until: dayAndTimeSoon(entry.offer.until, event, now),
      questions: questionsFor(event, 'household'),
    });
    return;
  }
  const end = entry.open ? undefined : ENDS[entry.state];
  res.render('waitlist/entry', {
    title: t('waitlist.formTitle', { teacher }),
    ...shown,
    end: end ? t(end, { teacher, office: callOffice(event) }) : '',
    place: sayPlace(entry, event),
    hours: hoursInWords(hoursOn(event, entry), event),
    form: form ?? { values: hoursIn(hoursOn(event, entry)), errors: {} },
    days: dayOptions(family),
    minutes: event.booking.waitlistMinutes ?? 0,
    isOpen: bookingState(event, now) === 'open',
    student: entry.students[0]?.toHexString() ?? '',
    resource: entry.resource.toHexString(),
  });
}
