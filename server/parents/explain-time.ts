import type { Types } from 'mongoose';
import type { CheckedTime } from '../booking/check-times.js';
import type { Meeting } from '../meetings/name-meetings.js';
import type { Refusal } from '../models/refusal.js';
import { slotsOf } from '../models/appointment-slots.js';
import { timeOfDay } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { callOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import { sayRefusal } from './refuse-booking.js';

/** One of the family's meetings, and whether it is in this event. */
export type OwnMeeting = Meeting & { isHere: boolean };

/** What a family reads about a time before booking it. */
export interface Explained {
  state: 'free' | 'held' | 'taken' | 'mine' | 'away' | 'other';
  /** A word or two. */
  note?: string;
  /** Why it can't be booked, in a sentence. */
  reason?: string;
  /** The rule that refuses it. Absent where it is free. */
  refusal?: Refusal;
  /** The family's own meeting that is in the way or has the time. */
  meeting?: OwnMeeting;
}

/** The family that looks, and the teacher. */
interface Looking {
  event: PlacedEvent;
  teacher: string;
  child?: string | undefined;
  /** The name of the language in which they need an interpreter. */
  language?: string | undefined;
  /** The family's own meetings. */
  meetings: OwnMeeting[];
  replaces?: Types.ObjectId | undefined;
}

/** Says in the family's words what `checkTimes` found. It names nobody of another family. */
export function explainTime(looking: Looking, time: CheckedTime): Explained {
  const { event, meetings, replaces } = looking;
  const { slot, reason, because } = time;
  const t = wordsOf(event);
  const mine = meetings.find((one) => one.resource.equals(slot.resource) && holdsSlot(one, slot._id));
  const meeting = mine ?? meetings.find(({ id }) => because.some((one) => one.equals(id)));
  const own = meeting ? { meeting } : {};
  // A longer meeting can be changed within its own slots.
  if (mine && (reason || !replaces?.equals(mine.id)))
    return {
      state: 'mine',
      note: t('times.mineOf', { children: mine.children }),
      ...(reason ? { refusal: reason } : {}),
      ...own,
    };
  if (!reason) return { state: 'free' };
  const said = sayTime(looking, time, meeting);
  return { ...said, refusal: reason, ...own };
}

function holdsSlot(meeting: Meeting, id: Types.ObjectId): boolean {
  return slotsOf(meeting).some((one) => one.equals(id));
}

function sayTime(
  looking: Looking,
  time: CheckedTime,
  meeting: Meeting | undefined,
): Pick<Explained, 'state' | 'note' | 'reason'> {
  const { event, teacher } = looking;
  const { slot, reason, isHeld, away } = time;
  const t = wordsOf(event);
  const office = callOffice(event);
  switch (reason) {
    case 'taken':
      return isHeld
        ? { state: 'held', reason: t('times.deciding') }
        : { state: 'taken', reason: t('times.otherFamily') };
    case 'teacher busy':
      return {
        state: 'taken',
        reason:
          away && !away._id.equals(slot.resource)
            ? t('times.elsewhere', { name: away.name })
            : t('times.teacherElsewhere'),
      };
    case 'household busy':
      return sayBusy(looking, time, meeting);
    case 'interpreter busy':
      return { state: 'away', note: t('times.noInterpreter'), reason: sayWhole(looking, reason) };
    case 'day limit':
      return { state: 'away', note: t('times.dayFull'), reason: t('times.dayFullWhy', { teacher }) };
    case 'not offered':
      return slot.state === 'call the school'
        ? { state: 'away', note: t('times.call'), reason: t('times.callToBook', { office }) }
        : { state: 'away', reason: slot.message || t('times.notAvailable') };
    case 'too late':
      return { state: 'away', note: t('times.tooLate'), reason: sayWhole(looking, reason) };
    default:
      return { state: 'away', reason: reason ? sayWhole(looking, reason, meeting) : '' };
  }
}

/** Says a reason that concerns more than the time. */
export function sayWhole(
  { event, teacher, child, language }: Pick<Looking, 'event' | 'teacher' | 'child' | 'language'>,
  reason: Refusal,
  meeting?: Meeting,
): string {
  const t = wordsOf(event);
  const { stopHoursBefore, perStudentAndTeacher } = event.booking;
  if (reason === 'too late' && stopHoursBefore > 0)
    return t('times.endsBefore', { count: stopHoursBefore, office: callOffice(event) });
  if (reason === 'teacher limit' && meeting)
    return t('times.yoursAlready', {
      time: timeOfDay(meeting.from, event),
      teacher,
      child: meeting.children,
    });
  return sayRefusal(event, reason, {
    teacher,
    ...(child ? { child } : {}),
    ...(language ? { language } : {}),
    most: perStudentAndTeacher,
  });
}

function sayBusy(
  { event }: Looking,
  { slot, isOwn }: CheckedTime,
  meeting: Meeting | undefined,
): Pick<Explained, 'state' | 'note' | 'reason'> {
  const t = wordsOf(event);
  // Without a meeting, it is a hold of the family, or of the school for it.
  if (!meeting && isOwn) return { state: 'away', note: t('times.held'), reason: t('times.heldByYours') };
  if (!meeting) return { state: 'away', note: t('times.youTeach'), reason: t('times.youTeachWhy') };
  const { teacher, children } = meeting;
  const clash = t('times.clash', { time: timeOfDay(meeting.from, event), teacher, children });
  const overlaps = slot.from < meeting.to && meeting.from < slot.to;
  if (overlaps) return { state: 'other', note: t('times.siblings', { teacher, children }), reason: clash };
  const gap = t('times.gap', { count: event.booking.gapMinutes });
  return { state: 'away', note: t('times.tooClose'), reason: `${clash} ${gap}` };
}
