import express, { type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { LIVING_STATES, type Refusal } from '../models/appointment.js';
import { Slot } from '../models/slot.js';
import { HttpError, notFound } from '../web/errors.js';
import { andList } from '../web/format-count.js';
import { fullDay, hourOfDay, timeUnderHour } from '../web/format-time.js';
import { parseForm, parseId, parseQuery } from '../web/parse.js';
import type { Place, PlacedEvent } from '../web/place.js';
import { wordsFor } from '../web/read-language.js';
import { refuseHere } from '../web/session.js';
import { wordsOf } from '../web/words.js';
import { bookAtOnce, mayBookAtOnce } from '../booking/book-at-once.js';
import { findMoved } from '../booking/find-moved.js';
import { isFirstBooking } from './find-first.js';
import { findTimes, nearestFree, type TimeView } from './find-times.js';
import { holdSlot } from '../booking/hold-slot.js';
import { mostInARow } from '../booking/find-following.js';
import { familyOf, type Family } from './load-conference.js';
import { childWithTeacher } from './find-child.js';
import { meetingById, type Meeting } from '../booking/queries.js';
import { sayRefusal } from './refuse-booking.js';
import { showFamily } from './show-family.js';
import { aboutOpening, sayWindow } from './show-opening.js';
import { holdSchema, timesQuery } from './schema.js';

/** A teacher's times, and the click on one of them. */
export function timesPages(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });

  router.get('/times/:resource', async (req, res) => {
    const family = await familyOf(res, deps);
    const { student, change } = parseQuery(timesQuery, req.query);
    if (!student) throw notFound();
    await showTimes(deps, res, family, { resource: parseId(req.params.resource), student, change });
  });

  router.post('/appointments', async (req, res) => {
    const family = await familyOf(res, deps);
    const parsed = parseForm(holdSchema, req.body, wordsFor(res));
    if (!parsed.ok) {
      refuseHere(res, parsed);
      return showFamily(deps, res, family);
    }
    const { slot, student, key, change, now } = parsed.value;
    const request = {
      event: family.event,
      slot,
      students: [student],
      household: family.household._id,
      user: family.actor.user,
      key,
      by: 'household' as const,
      ...(change ? { replaces: change } : {}),
    };
    const held = now ? await bookAtOnce(deps, request) : await holdSlot(deps, request);
    if (held.ok) res.redirect(303, `${family.home}/appointments/${held.appointment._id.toHexString()}`);
    else await showRefusal(deps, res, family, { slot, student, change, reason: held.reason });
  });
  return router;
}

/** The answer to whoever came too late: why, and the nearest times of the same teacher that are free. */
export async function showRefusal(
  deps: Deps,
  res: Response,
  family: Family,
  wanted: {
    slot: Types.ObjectId;
    student: Types.ObjectId;
    change?: Types.ObjectId | undefined;
    reason: Refusal;
  },
): Promise<void> {
  const slot = await Slot.findOne(
    { _id: wanted.slot, event: family.event._id },
    { resource: 1, from: 1 },
  ).lean();
  if (!slot) throw refusal(wanted.reason, family.event, deps.now());
  await showTimes(deps, res, family, {
    ...wanted,
    resource: slot.resource,
    refused: { reason: wanted.reason, at: slot.from },
  });
}

interface Asked {
  resource: Types.ObjectId;
  student: Types.ObjectId;
  change?: Types.ObjectId | undefined;
  refused?: { reason: Refusal; at: Date };
}

async function showTimes(deps: Deps, res: Response, family: Family, asked: Asked): Promise<void> {
  const { event, household, actor } = family;
  const isTheirs = household.children.some((one) => one.student.equals(asked.student));
  const found = isTheirs ? await childWithTeacher(event, asked.student, asked.resource) : undefined;
  const { child, teacher } = found ?? {};
  const changed = asked.change && (await findChanged(family, asked, asked.change));
  if (!child || !teacher) {
    // Nothing of a teacher who is not this child's: no name, no times.
    throw child && asked.refused ? refusal(asked.refused.reason, event, deps.now()) : notFound();
  }
  const { resource } = teacher;
  const t = wordsOf(event);
  const looker = { event, resource, household, user: actor.user, replaces: changed && parseId(changed.id) };
  const times = await findTimes(looker, deps.now());
  const wanted =
    asked.refused && times.find(({ slot }) => slot.from.getTime() === asked.refused?.at.getTime());
  const nearest = asked.refused ? nearestFree(times, asked.refused.at) : [];
  res.status(asked.refused ? 409 : 200).render('booking/times', {
    title: t('times.chooseWith', { teacher: resource.name }),
    child,
    teacher: { id: String(resource._id), name: resource.name, room: teacher.room },
    days: daysOf(times, event),
    nearest: daysOf(nearest, event),
    refused: asked.refused
      ? sayRefusal(event, asked.refused.reason, {
          child: child.name,
          teacher: resource.name,
          most: event.booking.perStudentAndTeacher,
          clash: wanted?.clash ?? '',
          window: sayWindow(event, deps.now()),
        })
      : '',
    ...aboutOpening(deps, res),
    changed,
    inARow: mostInARow(event),
    key: new Types.ObjectId().toHexString(),
    isFirst: await isFirstBooking(family),
    isAtOnce: !changed && mayBookAtOnce(event),
    hasFree: times.some((time) => time.state === 'free'),
  });
}

/**
 * The meeting to change, as it stands now: by Back or on a second phone an address can name one that was moved since. One that is canceled,
 * or is with another teacher by now, can't be changed here, so the click books a time of its own.
 */
async function findChanged(
  { event, household }: Family,
  { resource, student }: Asked,
  change: Types.ObjectId,
): Promise<Meeting | undefined> {
  const moved = await findMoved(event, household._id, change);
  const meeting = await meetingById(event, household._id, moved?._id ?? change);
  const isHere =
    meeting &&
    LIVING_STATES.includes(meeting.state) &&
    meeting.resource.equals(resource) &&
    meeting.students.some((one) => one.equals(student));
  return isHere ? meeting : undefined;
}

function refusal(reason: Refusal, event: PlacedEvent, now: Date): HttpError {
  const window = sayWindow(event, now);
  return new HttpError(409, sayRefusal(event, reason, { window }), { key: 'refusals.goBack' });
}

interface DayView {
  label: string;
  hours: {
    label: string;
    slots: { id: string; time: string; state: string; note?: string; reason?: string }[];
  }[];
}

/** A free time says when it is not simply in person, and who else comes. */
function noteOf({ slot, state, with: others = [] }: TimeView, place: Place): string | undefined {
  if (state !== 'free') return undefined;
  const t = wordsOf(place);
  const parts = [
    ...(slot.kind === 'in person'
      ? []
      : [t(slot.kind === 'video' ? 'meeting.video' : 'meeting.inPersonOrVideo')]),
    ...(others.length > 0 ? [t('times.with', { names: andList(others, place) })] : []),
  ];
  return parts.join(' · ') || undefined;
}

/** Times by local day and hour, as the grid shows them. */
export function daysOf(times: TimeView[], place: Place): DayView[] {
  const days = new Map<string, DayView>();
  for (const time of times) {
    const { slot, state, reason, note = noteOf(time, place) } = time;
    const day = days.get(slot.day) ?? { label: fullDay(slot.day, place), hours: [] };
    days.set(slot.day, day);
    const label = hourOfDay(slot.from, place);
    let hour = day.hours.find((one) => one.label === label);
    if (!hour) day.hours.push((hour = { label, slots: [] }));
    hour.slots.push({
      id: slot._id.toHexString(),
      time: timeUnderHour(slot.from, place),
      state,
      ...(note ? { note } : {}),
      ...(reason ? { reason } : {}),
    });
  }
  return [...days.values()];
}
