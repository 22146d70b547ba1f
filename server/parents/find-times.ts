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

/** A time of a teacher as one household sees it; of others it tells no more than that somebody has it. */
export interface TimeView extends Explained {
  slot: Slot;
  /** Who else sits in it, where it is free. */
  with?: string[];
}

export interface Looker {
  event: PlacedEvent;
  resource: Pick<Resource, '_id' | 'name'>;
  household: Household;
  user: Types.ObjectId;
  /** About whom the meeting is. */
  students: Types.ObjectId[];
  /** What they are called. */
  child?: string;
  /** The adult who is to go alone: what another one goes to is in nobody's way. */
  goer?: Types.ObjectId | undefined;
  /** What is to be changed counts as free. */
  replaces?: Types.ObjectId | undefined;
  /** The family's meetings that count still, if they were read just now (`askMeetings`). */
  meetings?: Appointment[] | undefined;
}

/**
 * All times of a teacher that are still ahead and meant for parents, in order.
 * @param some those that are asked about; absent: all
 */
export async function findTimes(looker: Looker, now: Date, some?: Pick<Slot, '_id'>[]): Promise<TimeView[]> {
  const { event, resource, household, user, students, goer, replaces, meetings: read } = looker;
  const wanted = [{ students, resource: resource._id }];
  const slots = some?.map(({ _id }) => _id);
  const [[checked], meetings] = await Promise.all([
    checkTimes({ event, household, user, wanted, goer, replaces, slots }, now),
    read ? nameOwn(event, read) : meetingsSince(event, household._id, now),
  ]);
  return (checked?.times ?? []).map((time) => viewOf(looker, time, meetings));
}

function viewOf(looker: Looker, time: CheckedTime, meetings: OwnMeeting[]): TimeView {
  const { event, resource, household, child, replaces } = looker;
  const code = languageFor(event, household);
  const language = code && nameSpoken(code, event.locale);
  const { slot, beside } = time;
  const explained = explainTime({ event, teacher: resource.name, child, language, meetings, replaces }, time);
  return { slot, ...explained, with: beside.map(({ name }) => name) };
}

const DAY_MS = 24 * 3600_000;

/** From when on a family's meetings count, in whatever event: one that began before may go on still. */
export function familySince(now: Date): Date {
  return new Date(now.getTime() - DAY_MS);
}

/** A household's meetings that count still, of all events. */
export async function meetingsSince(
  event: PlacedEvent,
  household: Types.ObjectId,
  now: Date,
): Promise<OwnMeeting[]> {
  const { meetings } = await findTogether({ meetings: askMeetings(household, now) });
  return nameOwn(event, meetings);
}

/** The question for a household's meetings that count still, of all events. */
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

/** The free times nearest to a moment, in order of time. */
export function nearestFree(times: TimeView[], wanted: Date, most = 4): TimeView[] {
  const distance = (time: TimeView) => Math.abs(time.slot.from.getTime() - wanted.getTime());
  return times
    .filter((time) => time.state === 'free')
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, most)
    .sort((a, b) => a.slot.from.getTime() - b.slot.from.getTime());
}
