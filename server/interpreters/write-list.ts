import { languageFor } from '../booking/find-interpreter.js';
import { nameMeetings, questionsAbout, type Meeting } from '../meetings/name-meetings.js';
import { sayWhere } from '../meetings/say-place.js';
import type { Account } from '../models/account.js';
import { Appointment } from '../models/appointment.js';
import { findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import type { ToldMeeting } from '../models/interpreter.js';
import type { MessageText } from '../models/message.js';
import { Resource } from '../models/resource.js';
import { struck } from '../notifications/link-text.js';
import { countOf } from '../web/format-count.js';
import { nameSpoken } from '../web/format-language.js';
import { daysInWords, fullDay, shortDayAndSpan, timeSpan } from '../web/format-time.js';
import { zoneName } from '../web/format-zone.js';
import { byId, groupBy } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import type { PlacedEvent } from '../web/place.js';
import { sayCallOffice } from '../web/say-office.js';
import type { ListChange } from './policy.js';

export interface Listed extends ToldMeeting {
  appointment: Appointment['_id'];
}

/** What an interpreter gets a mail about. `first`: their list, for the first time. */
export type Occasion = 'first' | 'changed' | 'reminder';

/** A mail with an interpreter's meetings to come, by day. Nothing in it tells who the family is. */
export async function writeList(
  { event, account, name }: { event: PlacedEvent; account: Account; name: string },
  ahead: Listed[],
  change: ListChange,
  occasion: Occasion,
): Promise<MessageText> {
  const meetings = await readMeetings(event, ahead);
  const teacherOf = await readTeachers(change);
  const marks = new Map([
    ...(occasion === 'first' ? [] : change.fresh.map(({ first }) => [String(first), ' (new)'] as const)),
    ...change.moved.map(
      (one) => [String(one.after.first), ` (was ${struck(sayWas(one, event, teacherOf))})`] as const,
    ),
  ]);
  const lineOf = ({ meeting, language, first }: Named) => {
    const about = [meeting.teacher, sayWhere(meeting, event, account), language].filter(Boolean).join(' · ');
    return `${timeSpan(meeting.from, meeting.to, event)}: ${about}${marks.get(String(first)) ?? ''}`;
  };
  const days = [...groupBy(meetings, ({ meeting }) => dayOf(meeting.from, event.timeZone))].map(
    ([day, ofDay]) => [`${fullDay(day, event)} (${zoneName(event)})`, ...ofDay.map(lineOf)].join('\n'),
  );
  const gone = change.gone.map((one) =>
    struck(`${shortDayAndSpan(one.from, one.to, event)}: ${teacherOf(one)}`),
  );
  const { subject, news } = sayNews(occasion, ahead, event, account);
  const parts = [
    `Hello ${name},`,
    news,
    ...days,
    ...(gone.length > 0 ? [['No longer on your list:', ...gone].join('\n')] : []),
    `Questions? ${sayCallOffice(event)}`,
  ];
  return { subject: subject.slice(0, 250), text: `${parts.join('\n\n')}\n` };
}

interface Named {
  first: ToldMeeting['first'];
  meeting: Meeting;
  language: string;
}

async function readMeetings(event: PlacedEvent, ahead: Listed[]): Promise<Named[]> {
  const ids = ahead.map(({ appointment }) => appointment);
  const found = await Appointment.find({ _id: { $in: ids } }).lean();
  const [facts, households] = await Promise.all([
    findTogether(questionsAbout(found)),
    Household.find({ _id: { $in: found.map(({ household }) => household) } }, { interpreter: 1 }).lean(),
  ]);
  const [named, householdOf] = [byId(found), byId(households)];
  const meetingOf = new Map(nameMeetings(found, facts, event).map((one) => [one.id, one]));
  return ahead.flatMap(({ appointment, first }) => {
    const meeting = meetingOf.get(String(appointment));
    const household = householdOf.get(String(named.get(String(appointment))?.household));
    const language = household && languageFor(event, household);
    return meeting ? [{ first, meeting, language: language ? nameSpoken(language, event.locale) : '' }] : [];
  });
}

/** The teachers of meetings that changed. */
async function readTeachers({ gone, moved }: ListChange) {
  const ids = [...gone, ...moved.map(({ before }) => before)].map(({ resource }) => resource);
  const found = ids.length > 0 ? await Resource.find({ _id: { $in: ids } }, { name: 1 }).lean() : [];
  const of = byId(found);
  return ({ resource }: ToldMeeting) => of.get(String(resource))?.name ?? 'the teacher';
}

/** "3:00–3:10 PM", "Mon, Dec 7, 3:00–3:10 PM" of another day, "3:00–3:10 PM with Ms. Lee" of another teacher. */
function sayWas(
  { before, after }: ListChange['moved'][number],
  event: PlacedEvent,
  teacherOf: (one: ToldMeeting) => string,
): string {
  const isDay = dayOf(before.from, event.timeZone) === dayOf(after.from, event.timeZone);
  const when = (isDay ? timeSpan : shortDayAndSpan)(before.from, before.to, event);
  return before.resource.equals(after.resource) ? when : `${when} with ${teacherOf(before)}`;
}

function sayNews(
  occasion: Occasion,
  ahead: Listed[],
  event: PlacedEvent,
  { name: school }: Pick<Account, 'name'>,
): { subject: string; news: string } {
  if (ahead.length === 0)
    return {
      subject: `${school}: you have no more meetings to interpret`,
      news: `You have no more meetings to interpret at ${event.name}.`,
    };
  const meetings = countOf(ahead.length, 'meeting', 'meetings');
  const days = [...new Set(ahead.map(({ from }) => dayOf(from, event.timeZone)))];
  const when = daysInWords(days, event);
  return {
    first: {
      subject: `${school}: you interpret at ${meetings}, ${when}`,
      news: `You’re the interpreter for ${meetings} at ${event.name}.`,
    },
    changed: {
      subject: `${school}: your list of meetings to interpret has changed`,
      news: `Your list for ${event.name} has changed. You’re now the interpreter for ${meetings}.`,
    },
    reminder: {
      subject: `Reminder: you interpret at ${meetings}, ${when}`,
      news: `This is a reminder: you’re the interpreter for ${meetings} at ${event.name}.`,
    },
  }[occasion];
}
