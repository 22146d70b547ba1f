import type { MessageText } from '../../models/message.js';
import { fillMacros } from './macros.js';

/** The longest subject of a mail, whatever names are filled in. */
const SUBJECT_MAX = 250;

/** A mail's subject and text with the macros filled in. */
export function writeMessage(message: MessageText, values: Record<string, string>): MessageText {
  const subject = fillMacros(message.subject, values).replace(/\s+/g, ' ').trim();
  return { subject: subject.slice(0, SUBJECT_MAX), text: fillMacros(message.text, values) };
}
