import type { Response } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { LIVING_STATES } from '../models/appointment.js';
import { notFound } from '../web/errors.js';
import { andList } from '../web/format-count.js';
import { fullDay, hourOfDay, timeOfDay, timeUnderHour } from '../web/format-time.js';
import { parseId } from '../web/parse.js';
import type { Place } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import { mayBookAtOnce } from '../booking/book-at-once.js';
import { mostInARow } from '../claims/find-following.js';
import { findMoved } from '../booking/find-moved.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { meetingById } from '../booking/queries.js';
import { isWorthWaiting, waitFor } from '../waitlist/show-wait.js';
import { chooseStudents, type Chosen } from './choose-students.js';
import { childWithMeetings } from './find-child.js';
import { findTimes, type Looker, type TimeView } from './find-times.js';
import { goerIn, listGoers } from './list-goers.js';
import type { Family } from './load-conference.js';
import { linkMeeting } from './link-meeting.js';
import { aboutOpening } from './show-opening.js';
import { explainRefusal } from './explain-refusal.js';
import { sumTimes } from './sum-times.js';

/** The query of a page of times. */
export interface Asked {
  resource: Types.ObjectId;
  student: Types.ObjectId;
  /** The meeting that is changed. */
  change?: Types.ObjectId | undefined;
  /** A time that was refused. */
  slot?: Types.ObjectId | undefined;
  /** A former hold, whose note and answers the next one gets. */
  kept?: Types.ObjectId | undefined;
  /** Who goes: an adult's id, or 'all'. */
  goer?: string | undefined;
}

/** The address of a page of times. */
export function timesHref(home: string, { resource, student, change, slot, kept, goer }: Asked): string {
  const query = Object.entries({ student, change, slot, kept }).flatMap(([name, id]) =>
    id ? [`${name}=${id.toHexString()}`] : [],
  );
  if (goer) query.push(`goer=${goer}`);
  return `${home}/times/${resource.toHexString()}?${query.join('&')}`;
}

/** Shows a teacher's times for a child; for a time that was refused, why it can't be booked and what to do. */
export async function showTimes(deps: Deps, res: Response, family: Family, asked: Asked): Promise<void> {
  const { event, household, actor } = family;
  const isTheirs = household.children.some((one) => one.student.equals(asked.student));
  const found = isTheirs ? await childWithMeetings(event, household._id, asked, deps.now()) : undefined;
  const { child, teacher } = found ?? {};
  // Nothing is told of a teacher who is not this child's.
  if (!child || !teacher) throw notFound();
  const changed = asked.change && (await findChanged(family, asked, asked.change));
  const { resource } = teacher;
  const t = wordsOf(event);
  const chosen: Chosen = changed
    ? { students: changed.students, child: changed.children }
    : await chooseStudents(family, resource._id, { id: asked.student, name: child.name }, false, deps.now());
  const about = chosen.child;
  const goers = await listGoers(family, asked.goer ?? goerOf(changed));
  const goer = goers.find(({ isChosen }) => isChosen)?.id;
  const looker = {
    ...{ event, resource, household, user: actor.user, child: about, goer: goerIn(goer) },
    students: chosen.students,
    replaces: changed && parseId(changed.id),
    meetings: found?.meetings,
  };
  const times = await findTimes(looker, deps.now());
  const looking = { event, home: family.home, now: deps.now() };
  const refused = asked.slot && explainRefusal({ ...looking, resource, times }, asked.slot);
  const who = { teacher: resource.name, child: about };
  const opening = aboutOpening(deps, res);
  const why = sumTimes({ ...looking, ...who, isChange: changed !== undefined }, times);
  const mayWait = opening.isOpen === true && !changed && isWorthWaiting(why?.code);
  // The waitlist's turn is judged as a booking would: by the first child, whose page it is.
  const waiters = chosen.students;
  const wait = mayWait ? await waitFor(event, household._id, resource._id, waiters) : undefined;
  res.render('booking/times', {
    title: t('times.chooseWith', { teacher: resource.name }),
    child: { ...child, name: about },
    teacher: { id: String(resource._id), name: resource.name, room: teacher.room },
    days: daysOf(times, event, { ...who, looking, changed }),
    refused: refused && { ...refused, nearest: daysOf(refused.nearest, event, who) },
    ...opening,
    together:
      chosen.all && (await mayMeetTogether(looker, chosen.all, times, deps.now())) ? chosen.all.child : '',
    changed,
    inARow: mostInARow(event),
    kept: asked.kept,
    goers,
    goer: goer ?? '',
    key: new Types.ObjectId().toHexString(),
    isFirst: found?.isFirst,
    isAtOnce: !changed && mayBookAtOnce(event),
    ...{ why, wait },
  });
}

/** Makes a time free only if it is free for all of the children, so that nothing is offered that would be refused. */
async function mayMeetTogether(
  looker: Looker,
  { students }: NonNullable<Chosen['all']>,
  times: TimeView[],
  now: Date,
): Promise<boolean> {
  const together = await findTimes({ ...looker, students }, now);
  const isFree = ({ slot, state }: TimeView) =>
    state !== 'free' || together.some((one) => one.slot._id.equals(slot._id) && one.state === 'free');
  return times.some(({ state }) => state === 'free') && times.every(isFree);
}

/**
 * The meeting that is changed, in its present state: after Back or on a second phone, an address may name one that was moved since. One
 * that was canceled, or has another teacher by now, can't be changed here, so the click books a new meeting.
 */
export async function findChanged(
  { event, household }: Pick<Family, 'event' | 'household'>,
  { resource, student }: Pick<Asked, 'student'> & Partial<Pick<Asked, 'resource'>>,
  change: Types.ObjectId,
): Promise<Meeting | undefined> {
  const moved = await findMoved(event, household._id, change);
  const meeting = await meetingById(event, household._id, moved?._id ?? change);
  const isHere =
    meeting &&
    LIVING_STATES.includes(meeting.state) &&
    (!resource || meeting.resource.equals(resource)) &&
    meeting.students.some((one) => one.equals(student));
  return isHere ? meeting : undefined;
}

/** Who goes to a meeting, as the query says it; 'all' where nobody goes alone. */
function goerOf(meeting: Meeting | undefined): string | undefined {
  return meeting && (meeting.goer?.id.toHexString() ?? 'all');
}

interface DayView {
  label: string;
  hours: { label: string; slots: SlotView[] }[];
}

interface SlotView {
  id: string;
  /** The minutes under their hour: "5:10". */
  time: string;
  state: TimeView['state'];
  /** The full text for screen readers: day, time, teacher and child. */
  name: string;
  note?: string;
  reason?: string;
  /** The family's own meeting, where it can be opened or changed. */
  own?: { href: string; label: string };
}

/** The people whose times are shown. */
interface Who {
  teacher: string;
  child: string;
  /** Absent: the family's own meetings have no links. */
  looking?: Parameters<typeof linkMeeting>[0];
  changed?: Meeting | undefined;
}

/** Times by local day and hour, for the grid. */
export function daysOf(times: TimeView[], place: Place, who: Who): DayView[] {
  const days = new Map<string, DayView>();
  for (const time of times) {
    const { slot } = time;
    const day = days.get(slot.day) ?? { label: fullDay(slot.day, place), hours: [] };
    days.set(slot.day, day);
    const label = hourOfDay(slot.from, place);
    let hour = day.hours.find((one) => one.label === label);
    if (!hour) day.hours.push((hour = { label, slots: [] }));
    hour.slots.push(slotView(time, place, who));
  }
  return [...days.values()];
}

function slotView(time: TimeView, place: Place, who: Who): SlotView {
  const { slot, state, reason } = time;
  const t = wordsOf(place);
  const note = noteOf(time, place);
  const [day, at] = [fullDay(slot.day, place), timeOfDay(slot.from, place)];
  const own = ownOf(time, who);
  return {
    id: slot._id.toHexString(),
    time: timeUnderHour(slot.from, place),
    state,
    name: t('times.name', { time: at, day, teacher: who.teacher, child: who.child }),
    ...(note ? { note } : {}),
    ...(reason ? { reason } : {}),
    ...(own ? { own } : {}),
  };
}

/** A link to the family's own meeting. */
function ownOf({ meeting, slot }: TimeView, { looking, changed }: Who): SlotView['own'] {
  // No link while that meeting is changed.
  const isChanged = changed?.id === meeting?.id && changed?.slot.equals(slot._id);
  return looking && meeting?.isHere && !isChanged ? linkMeeting(looking, meeting) : undefined;
}

/** What stands at a time that says nothing more of itself. */
const STATES = {
  ...{
    mine: 'times.mine',
    held: 'times.held',
    taken: 'times.taken',
    away: 'times.away',
    other: 'times.busy',
  },
} as const;

/** A word or two at a time. At a free one: how they meet if it is not simply in person, and who else comes. */
export function noteOf({ slot, state, note, with: others = [] }: TimeView, place: Place): string | undefined {
  const t = wordsOf(place);
  if (state !== 'free') return note ?? t(STATES[state]);
  const parts = [
    ...(slot.kind === 'in person'
      ? []
      : [t(slot.kind === 'video' ? 'meeting.video' : 'meeting.inPersonOrVideo')]),
    ...(others.length > 0 ? [t('times.with', { names: andList(others, place) })] : []),
  ];
  return parts.join(' · ') || undefined;
}
