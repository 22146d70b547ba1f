import type { Event } from '../../models/event.js';
import type { MessageKind, MessageText } from '../../models/message.js';
import { ENGLISH, type Words } from '../../web/words.js';

/** What each email is called, and what stands above its link. */
const KEYS: Record<MessageKind, { subject: string; closing: string }> = {
  booked: { subject: 'mails.bookedSubject', closing: 'mails.closing' },
  changed: { subject: 'mails.changedSubject', closing: 'mails.closing' },
  cancelled: { subject: 'mails.cancelledSubject', closing: 'mails.closingCancelled' },
  reminder: { subject: 'mails.reminderSubject', closing: 'mails.closingReminder' },
  plan: { subject: 'mails.planSubject', closing: 'mails.closingMany' },
};

/** Slotbell's own text, which is sent where an event has none of its own. @param t of who gets it */
export function usualText(kind: MessageKind, t: Words = ENGLISH): MessageText {
  const { subject, closing } = KEYS[kind];
  return { subject: t(subject), text: t('mails.text', { closing: t(closing) }) };
}

/** The text that an event's email of this kind is made of. The school's own words are in its own language. */
export function textOf(
  { messages }: Pick<Event, 'messages'>,
  kind: MessageKind,
  t: Words = ENGLISH,
): MessageText {
  return messages?.[kind] ?? usualText(kind, t);
}
