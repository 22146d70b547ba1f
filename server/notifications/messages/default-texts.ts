import type { Event } from '../../models/event.js';
import type { MessageKind, MessageText } from '../../models/message.js';
import type { Style } from '../../web/place.js';
import { languageOf, wordsOf, type Words } from '../../web/words.js';

/** What each email is called, and what stands above its link. */
const KEYS: Record<MessageKind, { subject: string; closing: string }> = {
  booked: { subject: 'mails.bookedSubject', closing: 'mails.closing' },
  changed: { subject: 'mails.changedSubject', closing: 'mails.closing' },
  cancelled: { subject: 'mails.cancelledSubject', closing: 'mails.closingCancelled' },
  reminder: { subject: 'mails.reminderSubject', closing: 'mails.closingReminder' },
  plan: { subject: 'mails.planSubject', closing: 'mails.closingMany' },
};

/** Slotbell's own text, which is sent where an event has none of its own. @param t of who gets it */
export function usualText(kind: MessageKind, t: Words): MessageText {
  const { subject, closing } = KEYS[kind];
  return { subject: t(subject), text: t('mails.text', { closing: t(closing) }) };
}

/**
 * The text that an event's email of this kind is made of for somebody who reads it: the school's own in their language, else the school's
 * own, else Slotbell's in their language.
 */
export function textOf(
  event: Pick<Event, 'messages' | 'translations'>,
  kind: MessageKind,
  reader: Style,
): MessageText {
  return ownTextOf(event, kind, reader) ?? usualText(kind, wordsOf(reader));
}

/** The same without Slotbell's. */
export function ownTextOf(
  { messages, translations }: Pick<Event, 'messages' | 'translations'>,
  kind: MessageKind,
  reader: Style,
): MessageText | undefined {
  return translations?.[languageOf(reader).code]?.messages?.[kind] ?? messages?.[kind];
}
