import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import { asRead } from '../../models/as-read.js';
import { Event } from '../../models/event.js';
import type { MessageKind, MessageText } from '../../models/message.js';
import { usualText } from '../../notifications/messages/default-texts.js';
import type { Actor } from '../../web/actor.js';
import { wordsOf, type Language } from '../../web/words.js';
import { fieldsOf, type Messages, type Texts } from './schema.js';

type Own = Pick<Event, 'messages' | 'translations'>;

/**
 * What the form of a language shows. A text of the school's own that it has not written in this language shows as empty, since families are
 * sent the school's.
 */
export function translationOf({ messages, translations }: Own, language: Language): Texts {
  const written = translations?.[language.code]?.messages;
  const unwritten = (kind: MessageKind): MessageText =>
    messages?.[kind] ? { subject: '', text: '' } : usualText(kind, wordsOf(language));
  return fieldsOf((kind) => written?.[kind] ?? unwritten(kind));
}

/**
 * Saves what families who read a language are sent.
 * @param event as it was read; false if somebody has changed it since
 */
export async function saveTranslation(
  actor: Actor,
  event: Pick<Event, '_id'> & Own,
  language: Language,
  written: Messages,
  now: Date,
): Promise<boolean> {
  const path = `translations.${language.code}.messages`;
  const { messages, translations } = event;
  const saved = await Event.updateOne(
    {
      ...{ _id: event._id, account: actor.account, status: 'active' },
      ...asRead({ messages, [path]: translations?.[language.code]?.messages }),
    },
    Object.keys(written).length > 0 ? { $set: { [path]: written } } : { $unset: { [path]: 1 } },
  );
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    ...{ account: actor.account, event: event._id, user: actor.user, action: 'change emails', at: now },
    detail: { language: language.code },
    changes: changesOf(
      translationOf(event, language),
      translationOf(
        { ...(messages ? { messages } : {}), translations: { [language.code]: { messages: written } } },
        language,
      ),
    ),
  });
  return true;
}
