import type { Event } from '../../models/event.js';
import type { MessageKind, MessageText } from '../../models/message.js';

const text = (closing: string) =>
  `Hello {parent},\n\n{news}\n\n{details}\n\n${closing}\n{link}\n\nQuestions? {office}\n`;

/** The texts used if an event has none of its own. */
export const DEFAULT_TEXTS: Record<MessageKind, MessageText> = {
  booked: { subject: 'Booked: {teacher}, {when}', text: text('See, change or cancel it here:') },
  changed: { subject: 'New time: {teacher}, {when}', text: text('See, change or cancel it here:') },
  cancelled: { subject: 'Canceled: {teacher}, {when}', text: text('Your meetings and free times:') },
  reminder: { subject: 'Reminder: {teacher}, {when}', text: text('Can’t come? Change or cancel it here:') },
};

/** The text from which an event's mail of this kind is made. */
export function textOf({ messages }: Pick<Event, 'messages'>, kind: MessageKind): MessageText {
  return messages?.[kind] ?? DEFAULT_TEXTS[kind];
}
