import type { Meeting } from '../meetings/name-meetings.js';
import { addressOf, buildingOf, mapOf, partsOf } from '../meetings/say-place.js';
import { fullDay, timeSpan } from '../web/format-time.js';
import { groupBy } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import { sayAnswers } from '../web/say-answers.js';
import { wordsOf } from '../web/words.js';
import type { Family } from './load-conference.js';
import { sayMoved } from './serve-news.js';

type Answered = ReturnType<typeof sayAnswers>;

/** A meeting as a line in a family's day. */
export interface MeetingRow {
  meeting: Meeting;
  span: string;
  /** Room and building; '' for a video meeting. */
  where: string;
  /** The gap since the meeting before; '' without one. */
  gap: string;
  /** Whether the gap leads to another room or building, which paper says too. */
  isWay: boolean;
  /** That the school moved the meeting, until somebody has seen it. */
  moved: string;
  said: Answered;
}

/** A building that the family goes to. */
export interface Destination {
  name: string;
  /** '' if the school has not entered one. */
  address: string;
  map: string;
}

export interface FamilyDays {
  days: { label: string; rows: MeetingRow[] }[];
  /** The answers that all meetings share, so that they are said once. */
  answers: Answered;
  destinations: Destination[];
}

/**
 * A family's meetings by day and time, with the gaps between them and the buildings to go to.
 * @param meetings by time
 */
export function layMeetings(family: Family, meetings: Meeting[], now: Date): FamilyDays {
  const { event, account } = family;
  const t = wordsOf(event);
  const answers = answeredAlike(meetings.map((meeting) => sayAnswers(meeting.answers, 'family', t)));
  const byDay = groupBy(meetings, ({ from }) => dayOf(from, event.timeZone));
  const days = [...byDay].map(([day, ofDay]) => ({
    label: fullDay(day, event),
    rows: ofDay.map((meeting, index) => ({
      meeting,
      span: timeSpan(meeting.from, meeting.to, event),
      where: partsOf(meeting, { place: '' }, account).join(', '),
      ...sayGap(family, ofDay.slice(0, index), meeting),
      moved: sayMoved(meeting, family, now),
      said: answers.length > 0 ? [] : sayAnswers(meeting.answers, 'family', t),
    })),
  }));
  return { days, answers, destinations: destinationsOf(family, meetings) };
}

function answeredAlike(all: Answered[]): Answered {
  const [first = []] = all;
  return all.length > 1 && all.every((one) => JSON.stringify(one) === JSON.stringify(first)) ? first : [];
}

/** How long the family waits after the meeting before, and where it goes then. */
function sayGap(
  { event, account }: Family,
  before: Meeting[],
  meeting: Meeting,
): Pick<MeetingRow, 'gap' | 'isWay'> {
  const last = before.reduce<Meeting | undefined>((a, b) => (a && a.to >= b.to ? a : b), undefined);
  if (!last) return { gap: '', isWay: false };
  const t = wordsOf(event);
  const count = Math.round((meeting.from.getTime() - last.to.getTime()) / 60_000);
  if (count < 0) return { gap: t('day.atOnce'), isWay: true };
  const between = count > 0 ? [t('plan.between', { count })] : [];
  const isHere = meeting.kind === 'in person' && last.kind === 'in person';
  const [old, next] = [buildingOf(last, account), buildingOf(meeting, account)];
  if (isHere && old !== next)
    return {
      gap: [...between, t('day.toBuilding', { building: next || account.name })].join(' · '),
      isWay: true,
    };
  const isStraight = isHere && count === 0 && meeting.room !== '' && meeting.room !== last.room;
  const way = isStraight ? [t('day.straight', { room: meeting.room })] : [];
  return { gap: [...between, ...way].join(' · '), isWay: false };
}

function destinationsOf({ event, account }: Family, meetings: Meeting[]): Destination[] {
  const found = new Map<string, Destination>();
  for (const meeting of meetings.filter(({ kind }) => kind === 'in person')) {
    const name = [buildingOf(meeting, account) || account.name, event.place].filter(Boolean).join(', ');
    const address = addressOf(meeting, event);
    if (address || event.place || buildingOf(meeting, account))
      found.set(name, { name, address, map: mapOf(meeting, event, account) });
  }
  return [...found.values()];
}
