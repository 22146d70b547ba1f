import type { Event } from '../../models/event.js';
import { MESSAGE_KINDS, type MessageKind, type MessageText } from '../../models/message.js';
import { textOf } from '../../notifications/messages/default-texts.js';
import type { MacroValues } from '../../notifications/messages/macros.js';
import { sayDetails, sayNews } from '../../notifications/messages/say-meeting.js';
import { writeMessage } from '../../notifications/messages/write-message.js';
import { daysInWords, timeSpan, whenInWords } from '../../web/format-time.js';
import { dayOf, fromLocal } from '../../web/local-time.js';
import type { PlacedEvent } from '../../web/place.js';
import { sayCallOffice } from '../../web/say-office.js';
import { wordsOf } from '../../web/words.js';

/**
 * Every email as an invented family would get it.
 * @param event as the family reads it
 * @param school its name
 */
export function showSamples(
  event: PlacedEvent,
  settings: Pick<Event, 'office' | 'messages' | 'translations'>,
  school: string,
  publicUrl: string,
): Record<MessageKind, MessageText> {
  const t = wordsOf(event);
  const day = event.days[0] ?? '2026-11-24';
  const from = fromLocal(`${day}T15:00`, event.timeZone) ?? new Date();
  const facts = {
    student: 'Alex',
    teacher: 'Ms. Rivera',
    when: whenInWords(from, new Date(from.getTime() + 10 * 60_000), event),
    where: ['Room 12', event.place].filter(Boolean).join(', '),
  };
  const values: Omit<MacroValues, 'news'> = {
    ...facts,
    details: sayDetails(facts, [], t),
    parent: 'Jordan Smith',
    class: 'Biology 1',
    event: event.name,
    school,
    office: sayCallOffice({ office: settings.office, locale: event.locale }),
    link: `${publicUrl}/e/${event.link}/schedule`,
  };
  return Object.fromEntries(
    MESSAGE_KINDS.map((kind) => [
      kind,
      writeMessage(textOf(settings, kind, event), {
        ...values,
        news: sayNews(kind, school, false, t),
        ...(kind === 'plan' ? ofMany(facts, from, event, school) : {}),
      }),
    ]),
  ) as Record<MessageKind, MessageText>;
}

/** The same family with two meetings, booked together. */
function ofMany(
  { teacher, student, where }: Pick<MacroValues, 'teacher' | 'student' | 'where'>,
  from: Date,
  event: PlacedEvent,
  school: string,
): Partial<MacroValues> {
  const t = wordsOf(event);
  const day = daysInWords([dayOf(from, event.timeZone)], event);
  const at = (minutes: number) => new Date(from.getTime() + minutes * 60_000);
  const line = (minutes: number, name: string) =>
    `${timeSpan(at(minutes), at(minutes + 10), event)}: ${[name, student, where].join(' · ')}`;
  return {
    teacher: t('mails.yourMeetings', { count: 2 }),
    when: day,
    where: event.place,
    news: t('mails.newsPlan', { count: 2, school }),
    details: [day, line(0, teacher), line(20, 'Mr. Cole')].join('\n'),
  };
}
