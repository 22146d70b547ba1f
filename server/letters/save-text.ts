import { changesOf } from '../audit/compare-values.js';
import { recordAudit } from '../audit/record-audit.js';
import { asRead } from '../models/as-read.js';
import { Event } from '../models/event.js';
import type { MessageText } from '../models/message.js';
import type { Actor } from '../web/actor.js';
import type { Style } from '../web/place.js';
import { wordsOf, type Language } from '../web/words.js';
import type { LetterText } from './schema.js';
import { usualLetter } from './write-letter.js';

type Own = Pick<Event, 'letter' | 'translations'>;

/**
 * The text that an event's letters are made of in a language: the school's own words in it, else Slotbell's.
 * @param language absent: the school's own
 */
export function textOf(event: Own & Style, language?: Language): MessageText {
  const own = language ? event.translations?.[language.code]?.letter : event.letter;
  return own ?? usualLetter(wordsOf(language ?? event));
}

/** The typed text; an empty field means Slotbell's text. @param read of whoever reads the letter */
export function messageOf({ title, text }: Pick<LetterText, 'title' | 'text'>, read: Style): MessageText {
  const usual = usualLetter(wordsOf(read));
  return { subject: title || usual.subject, text: text ? `${text}\n` : usual.text };
}

/** What the form shows of an event. */
export function formOf(event: Own & Style, language?: Language): { title: string; text: string } {
  const { subject, text } = textOf(event, language);
  return { title: subject, text };
}

/**
 * Saves the text of the event's letters in a language.
 * @param event as it was read; false if somebody has changed the text since
 * @param language absent: the school's own
 */
export async function saveText(
  actor: Actor,
  event: Pick<Event, '_id'> & Own & Style,
  message: MessageText,
  now: Date,
  language?: Language,
): Promise<boolean> {
  const [path, before] = language
    ? [`translations.${language.code}.letter`, event.translations?.[language.code]?.letter]
    : ['letter', event.letter];
  const usual = usualLetter(wordsOf(language ?? event));
  const isUsual = message.subject === usual.subject && message.text === usual.text;
  const saved = await Event.updateOne(
    { _id: event._id, account: actor.account, status: 'active', ...asRead({ [path]: before }) },
    isUsual ? { $unset: { [path]: 1 } } : { $set: { [path]: message } },
  );
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    ...{ account: actor.account, event: event._id, user: actor.user, action: 'change letter', at: now },
    ...(language ? { detail: { language: language.code } } : {}),
    changes: changesOf(formOf(event, language), { title: message.subject, text: message.text }),
  });
  return true;
}
