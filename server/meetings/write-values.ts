import type { Account } from '../models/account.js';
import type { Appointment } from '../models/appointment.js';
import type { MessageKind } from '../models/message.js';
import type { MacroValues } from '../notifications/messages/macros.js';
import { sayDetails, sayNews } from '../notifications/messages/say-meeting.js';
import { andList } from '../web/format-count.js';
import { daysInWords, fullDay, timeSpan, whenInWords } from '../web/format-time.js';
import { groupBy } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import type { PlacedEvent } from '../web/place.js';
import { sayAnswers } from '../web/say-answers.js';
import { sayCallOffice } from '../web/say-office.js';
import { wordsOf } from '../web/words.js';
import type { Meeting } from './name-meetings.js';
import { mapOf, sayWhere } from './say-place.js';

/** The values of a mail's macros, without those of the addressee. */
export type Values = Omit<MacroValues, 'parent' | 'link'>;

/**
 * The values of a mail about one meeting.
 * @param was when it was before it was moved
 */
export function valuesOf(
  news: MessageKind,
  meeting: Meeting,
  event: PlacedEvent,
  account: Account,
  was?: Pick<Appointment, 'from' | 'to'>,
): Values {
  const t = wordsOf(event);
  const facts = {
    student: meeting.children,
    teacher: meeting.teacher,
    when: whenInWords(meeting.from, meeting.to, event),
    where: sayWhere(meeting, event, account),
  };
  const further = {
    class: meeting.className,
    goer: meeting.goer?.name ?? '',
    interpreter: meeting.interpreter ?? '',
    was: was && +was.from !== +meeting.from ? whenInWords(was.from, was.to, event) : '',
    map: mapOf(meeting, event, account),
    note: meeting.note,
  };
  return {
    ...facts,
    news: sayNews(news, account.name, meeting.cancelledBy === 'school', t),
    details: sayDetails({ ...facts, ...further }, sayAnswers(meeting.answers, 'family', t), t),
    class: meeting.className,
    event: event.name,
    school: account.name,
    office: sayCallOffice(event),
  };
}

/** The values of a mail about several meetings of a family, by time. */
export function valuesOfMany(
  news: 'plan' | 'reminder',
  meetings: Meeting[],
  event: PlacedEvent,
  account: Account,
): Values {
  const t = wordsOf(event);
  const [first] = meetings;
  const count = meetings.length;
  const days = new Set(meetings.map(({ from }) => dayOf(from, event.timeZone)));
  // All meetings of a plan have the same answers.
  const answers = news === 'plan' ? sayAnswers(first?.answers ?? [], 'family', t) : [];
  const maps = [...new Set(meetings.map((meeting) => mapOf(meeting, event, account)))].filter(Boolean);
  const below = [
    ...answers.map(({ label, text }) => `${label}: ${text}`),
    ...maps.map((link) => t('calendar.map', { link })),
  ];
  return {
    student: andList([...new Set(meetings.map(({ children }) => children))], event),
    teacher: count === 1 && first ? first.teacher : t('mails.yourMeetings', { count }),
    when: daysInWords([...days], event),
    where: event.place,
    news: t(news === 'plan' ? 'mails.newsPlan' : 'mails.newsReminders', { count, school: account.name }),
    details: [listMeetings(meetings, event, account), ...(below.length > 0 ? [below.join('\n')] : [])].join(
      '\n\n',
    ),
    class: andList([...new Set(meetings.flatMap(({ className }) => className || []))], event),
    event: event.name,
    school: account.name,
    office: sayCallOffice(event),
  };
}

/** Several meetings of a family as text: a paragraph a day. @param meetings by time */
export function listMeetings(meetings: Meeting[], event: PlacedEvent, account: Account): string {
  const byDay = groupBy(meetings, ({ from }) => dayOf(from, event.timeZone));
  return [...byDay]
    .map(([day, ofDay]) =>
      [fullDay(day, event), ...ofDay.flatMap((meeting) => linesOf(meeting, event, account))].join('\n'),
    )
    .join('\n\n');
}

function linesOf(meeting: Meeting, event: PlacedEvent, account: Account): string[] {
  const about = [meeting.teacher, meeting.children, meeting.className, sayWhere(meeting, event, account)];
  const t = wordsOf(event);
  return [
    `${timeSpan(meeting.from, meeting.to, event)}: ${about.filter(Boolean).join(' · ')}`,
    ...(meeting.goer ? [t('goer.goes', { name: meeting.goer.name })] : []),
    ...(meeting.interpreter ? [t('interpreter.is', { name: meeting.interpreter })] : []),
    ...(meeting.note ? [t('done.yourNote', { note: meeting.note })] : []),
  ];
}
