import type { Response } from 'express';
import type { Deps } from '../../deps.js';
import type { Event } from '../../models/event.js';
import { MESSAGE_KINDS } from '../../models/message.js';
import { MACROS } from '../../notifications/messages/macros.js';
import { actorOf } from '../../web/actor.js';
import { seenOf, type SettingsFields } from '../../web/compare-seen.js';
import { eventOf } from '../../web/guards.js';
import { nameLanguage } from '../../web/name-languages.js';
import { languageChips, otherLanguages } from '../../web/other-languages.js';
import type { Form } from '../../web/parse.js';
import { placed } from '../../web/place.js';
import { styleIn, type Language } from '../../web/words.js';
import { pathOf, settingsFrame } from '../show-event.js';
import { emailFields, emailsOf, MESSAGE_WORDS, textFields } from './schema.js';
import { showSamples } from './show-sample.js';
import { translationOf } from './translate-emails.js';

interface Shown {
  form: Form;
  /** What the previews are made of; by default what is saved. */
  previewed?: Pick<Event, 'office' | 'messages' | 'translations'>;
  /** Absent: the school's own. */
  language?: Language;
}

/** The page of the office and the emails; in another language only the emails. */
export function showEmails(deps: Deps, res: Response, { form, previewed, language }: Shown): void {
  const event = eventOf(res);
  const others = otherLanguages(res);
  const read = language ? placed(event, styleIn(language, event)) : event;
  const samples = showSamples(read, previewed ?? event, actorOf(res).accountName, deps.config.publicUrl);
  const [fields, shown]: [SettingsFields, Record<string, string>] = language
    ? [textFields, translationOf(event, language)]
    : [emailFields, emailsOf(event)];
  const own = `${pathOf(event)}/settings/emails`;
  res.render('events/emails', {
    ...settingsFrame(event, 'emails'),
    form,
    seen: seenOf(fields, shown),
    own,
    action: language ? `${own}/${language.code}` : own,
    language: language && { ...language, name: nameLanguage(language) },
    languages: languageChips(res, own, language),
    macros: Object.entries(MACROS).map(([name, text]) => ({ name: `{${name}}`, text })),
    mails: MESSAGE_KINDS.map((kind) => ({
      kind,
      label: MESSAGE_WORDS[kind],
      sample: samples[kind],
      isOwn: event.messages?.[kind] !== undefined,
      unwritten:
        language || !event.messages?.[kind]
          ? []
          : others
              .filter(({ code }) => !event.translations?.[code]?.messages?.[kind])
              .map((one) => ({ name: nameLanguage(one), href: `${own}/${one.code}#f-${kind}Subject` })),
    })),
    hasServer: deps.config.smtpUrl !== undefined,
  });
}
