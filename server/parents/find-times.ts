import type { Types } from 'mongoose';
import { checkTimes, type CheckedTime } from '../booking/check-times.js';
import { languageFor } from '../booking/find-interpreter.js';
import { withNames } from '../meetings/name-meetings.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { documentsOf, findTogether, type Question } from '../models/find-together.js';
import type { Household } from '../models/household.js';
import type { Resource } from '../models/resource.js';
import type { Slot } from '../models/slot.js';
import { nameSpoken } from '../web/format-language.js';
import type { PlacedEvent } from '../web/place.js';
import { explainTime, type Explained, type OwnMeeting } from './explain-time.js';

/** A time of a teacher as one household sees it. Of other families it tells only that somebody has it. */
export interface TimeView extends Explained {
  slot: Slot;
  /** Who else sits in a free time. */
  with?: string[];
}

export interface Looker {
  event: PlacedEvent;
  resource: Pick<Resource, '_id' | 'name'>;
  household: Household;
  user: Types.ObjectId;
  /** The students of the meeting. */
  students: Types.ObjectId[];
  /** Their first names, as a list in words. */
  child?: string;
  /** The adult who goes alone. Meetings of other adults are not in the way then. */
  goer?: Types.ObjectId | undefined;
  /** The meeting that is changed; it counts as free. */
  replaces?: Types.ObjectId | undefined;
  /** The family's meetings that still count, if they were just read (`askMeetings`). */
  meetings?: Appointment[] | undefined;
}

/**
 * All coming times of a teacher that parents may see, by time.
 * @param some the slots that are asked about; absent: all
 */
export async function findTimes(looker: Looker, now: Date, some?: Pick<Slot, '_id'>[]): Promise<TimeView[]> {
  const { event, resource, household, user, students, goer, replaces, meetings: read } = looker;
  const wanted = [{ students, resource: resource._id }];
  const slots = some?.map(({ _id }) => _id);
  const [[checked], meetings] = await Promise.all([
    checkTimes({ event, household, user, wanted, goer, replaces, slots }, now),
    read ? nameOwn(event, read) : meetingsSince(event, household._id, now),
  ]);
  return (checked?.times ?? []).map((time) => viewTime(looker, time, meetings));
}

/**
 * What a family reads about a time that was checked.
 * @param meetings the family's own, as far as they may be named
 */
export function viewTime(looker: Looker, time: CheckedTime, meetings: OwnMeeting[]): TimeView {
  const { event, resource, household, child, replaces } = looker;
  const code = languageFor(event, household);
  const language = code && nameSpoken(code, event.locale);
  const { slot, beside } = time;
  const explained = explainTime({ event, teacher: resource.name, child, language, meetings, replaces }, time);
  return { slot, ...explained, with: beside.map(({ name }) => name) };
}

const DAY_MS = 24 * 3600_000;

/** The start from which a family's meetings count, in any event: an earlier one may still last. */
export function familySince(now: Date): Date {
  return new Date(now.getTime() - DAY_MS);
}

/** A household's meetings that still count, in all events. */
export async function meetingsSince(
  event: PlacedEvent,
  household: Types.ObjectId,
  now: Date,
): Promise<OwnMeeting[]> {
  const { meetings } = await findTogether({ meetings: askMeetings(household, now) });
  return nameOwn(event, meetings);
}

/** The question that finds a household's meetings that still count, in all events. */
export function askMeetings(household: Types.ObjectId, now: Date): Question<Appointment> {
  return documentsOf<Appointment>(
    Appointment,
    { household, state: { $in: LIVING_STATES }, from: { $gt: familySince(now) } },
    { sort: { from: 1 } },
  );
}

async function nameOwn(event: PlacedEvent, found: Appointment[]): Promise<OwnMeeting[]> {
  const named = await withNames(found, event);
  return named.map((meeting, n) => ({ ...meeting, isHere: found[n]?.event.equals(event._id) ?? false }));
}

/** The free times closest to a moment, by time. */
export function nearestFree(times: TimeView[], wanted: Date, most = 4): TimeView[] {
  const distance = (time: TimeView) => Math.abs(time.slot.from.getTime() - wanted.getTime());
  return times
    .filter((time) => time.state === 'free')
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, most)
    .sort((a, b) => a.slot.from.getTime() - b.slot.from.getTime());
}
