import type { Response } from 'express';
import { Types } from 'mongoose';
import type { Meeting } from '../meetings/name-meetings.js';
import type { Deps } from '../deps.js';
import { Household } from '../models/household.js';
import { actorOf } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { shortDayAndSpan } from '../web/format-time.js';
import { nameSpoken } from '../web/format-language.js';
import { groupBy } from '../web/lists.js';
import type { PlacedEvent } from '../web/place.js';
import { listAdults } from './list-adults.js';
import { listGoers } from './list-goers.js';
import { listFree, type FreeTime } from './list-free.js';
import { loadChild } from './load-child.js';
import { deskFrame, deskPath, makesSlots, seenIn } from './show-frame.js';

/**
 * A child at the desk: for whom to book, its teachers with their appointments, and their free times.
 * @throws 404
 */
export async function showChild(
  deps: Pick<Deps, 'now'>,
  res: Response,
  id: Types.ObjectId,
  asked: { adult: string; goer?: Types.ObjectId },
): Promise<void> {
  const event = seenIn(res);
  const found = await loadChild(event, id);
  if (!found) throw notFound();
  const { contact, view, meetings } = found;
  const adults = (await listAdults(event.account, [contact])).get(view.id) ?? [];
  const adult = adults.find(({ key }) => key === asked.adult) ?? adults[0];
  const resources = view.teachers.map((teacher) => new Types.ObjectId(teacher.id));
  const household = adult?.key.startsWith('h') ? new Types.ObjectId(adult.key.slice(1)) : undefined;
  const goers = await listGoers(event, household);
  const going = goers.find(({ id: one }) => one !== '' && asked.goer?.equals(one))?.id ?? '';
  const goer = going ? new Types.ObjectId(going) : undefined;
  const free = await listFree(
    event,
    resources,
    { user: actorOf(res).user, household, goer, known: meetings },
    deps.now(),
  );
  const listed = new Set(view.teachers.flatMap((teacher) => teacher.meetings.map((one) => one.id)));
  const here = `${deskPath(event)}/children/${view.id}`;
  res.render('desk/child', {
    ...deskFrame(event, view.fullName),
    child: { id: view.id, name: view.fullName, left: view.left },
    facts: [
      contact.grade && `Grade ${contact.grade}`,
      contact.schoolId && `Student ID ${contact.schoolId}`,
    ].filter(Boolean),
    adult,
    adults: adults.map((one) => ({ ...one, href: `${here}?adult=${one.key}`, current: one === adult })),
    goers: goers.map(({ id: one, name }) => ({
      label: name,
      href: `${here}?adult=${adult?.key ?? ''}${one && `&goer=${one}`}`,
      current: one === going,
    })),
    goer: going,
    household: household && String(household),
    languages: await languagesFor(event, household),
    prints: !event.sight.resource,
    slotsHome: makesSlots(res, event) ? `/events/${String(event._id)}/slots/new` : '',
    hasWaitlist: (event.booking.waitlistMinutes ?? 0) > 0,
    teachers: view.teachers.map((teacher) => ({
      ...teacher,
      meetings: teacher.meetings.map((one) => inWords(event, one)),
      days: daysOf(free.get(teacher.id) ?? []),
      key: new Types.ObjectId().toHexString(),
    })),
    // This includes teachers whose classes the child has left.
    others: meetings.filter((one) => !listed.has(one.id)).map((one) => inWords(event, one)),
  });
}

/** The languages in which somebody interprets at the event, with the one that a family needs; none where it has no household yet. */
async function languagesFor(event: PlacedEvent, household: Types.ObjectId | undefined) {
  const codes = event.interpreting?.languages ?? [];
  const found =
    household && codes.length > 0
      ? await Household.findById(household, { interpreter: 1 }).lean()
      : undefined;
  return found
    ? codes.map((value) => ({
        value,
        label: nameSpoken(value, event.locale),
        isChosen: value === found.interpreter,
      }))
    : [];
}

function inWords(event: PlacedEvent, meeting: Meeting) {
  return {
    id: meeting.id,
    teacher: meeting.teacher,
    room: meeting.room,
    when: shortDayAndSpan(meeting.from, meeting.to, event),
    isProblem: meeting.state === 'problem',
  };
}

/** The options of a select, by day. */
export function daysOf(times: FreeTime[]) {
  return [...groupBy(times, ({ day }) => day)].map(([label, list]) => ({
    label,
    times: list.map(({ slot, time, note, isBusy }) => ({
      id: String(slot._id),
      label: note ? `${time} (${note})` : time,
      isBusy,
    })),
  }));
}
