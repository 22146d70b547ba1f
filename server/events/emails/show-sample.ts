import { MESSAGE_KINDS, type MessageKind, type MessageText } from '../../models/message.js';
import { textOf } from '../../notifications/messages/default-texts.js';
import type { MacroValues } from '../../notifications/messages/macros.js';
import { sayDetails, sayNews } from '../../notifications/messages/say-meeting.js';
import { writeMessage } from '../../notifications/messages/write-message.js';
import { whenInWords } from '../../web/format-time.js';
import { fromLocal } from '../../web/local-time.js';
import type { PlacedEvent } from '../../web/place.js';
import { sayCallOffice } from '../../web/say-office.js';
import type { EmailSettings } from './save-emails.js';

/**
 * Every email as an invented family would get it.
 * @param school its name
 */
export function showSamples(
  event: PlacedEvent,
  settings: EmailSettings,
  school: string,
  publicUrl: string,
): Record<MessageKind, MessageText> {
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
    details: sayDetails(facts),
    parent: 'Jordan Smith',
    class: 'Biology 1',
    event: event.name,
    school,
    office: sayCallOffice(settings),
    link: `${publicUrl}/e/${event.link}`,
  };
  return Object.fromEntries(
    MESSAGE_KINDS.map((kind) => [
      kind,
      writeMessage(textOf(settings, kind), { ...values, news: sayNews(kind, school) }),
    ]),
  ) as Record<MessageKind, MessageText>;
}
