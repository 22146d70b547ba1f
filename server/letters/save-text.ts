import { changesOf } from '../audit/compare-values.js';
import { recordAudit } from '../audit/record-audit.js';
import { asRead } from '../models/as-read.js';
import { Event } from '../models/event.js';
import type { MessageText } from '../models/message.js';
import type { Actor } from '../web/actor.js';
import type { LetterText } from './schema.js';
import { usualLetter } from './write-letter.js';

/** The text that an event's letters are made of, in the school's language. */
export function textOf({ letter }: Pick<Event, 'letter'>): MessageText {
  return letter ?? usualLetter();
}

/** The typed text; an empty field means Slotbell's text. */
export function messageOf({ title, text }: Pick<LetterText, 'title' | 'text'>): MessageText {
  const usual = usualLetter();
  return { subject: title || usual.subject, text: text ? `${text}\n` : usual.text };
}

/** What the form shows of an event. */
export function formOf(event: Pick<Event, 'letter'>): { title: string; text: string } {
  const { subject, text } = textOf(event);
  return { title: subject, text };
}

/**
 * Saves the text of the event's letters.
 * @param event as it was read; false if somebody has changed the text since
 */
export async function saveText(
  actor: Actor,
  event: Pick<Event, '_id' | 'letter'>,
  message: MessageText,
  now: Date,
): Promise<boolean> {
  const usual = usualLetter();
  const isUsual = message.subject === usual.subject && message.text === usual.text;
  const saved = await Event.updateOne(
    { _id: event._id, account: actor.account, status: 'active', ...asRead({ letter: event.letter }) },
    isUsual ? { $unset: { letter: 1 } } : { $set: { letter: message } },
  );
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    ...{ account: actor.account, event: event._id, user: actor.user, action: 'change letter', at: now },
    changes: changesOf(formOf(event), { title: message.subject, text: message.text }),
  });
  return true;
}
