import type { Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { eventGuard, eventOf } from '../../web/guards.js';
import { nameLanguage } from '../../web/name-languages.js';
import { languageNamed } from '../../web/other-languages.js';
import { parseForm, typedValues } from '../../web/parse.js';
import { saveSeen } from '../../web/save-seen.js';
import { say } from '../../web/session.js';
import { pathOf, reloadEvent } from '../show-event.js';
import { messagesIn, textFields, translationForm } from './schema.js';
import { showEmails } from './show-emails.js';
import { saveTranslation, translationOf } from './translate-emails.js';

/** What emails say to families who read another language than the school's own. */
export function translationPages(router: Router, deps: Deps): void {
  const path = '/:event/settings/emails/:language';
  const guard = eventGuard('event administrator');

  router.get(path, guard, (req, res) => {
    const language = languageNamed(res, req.params.language);
    showEmails(deps, res, {
      language,
      form: { values: translationOf(eventOf(res), language), errors: {} },
    });
  });

  router.post(path, guard, async (req, res) => {
    const event = eventOf(res);
    const language = languageNamed(res, req.params.language);
    const parsed = parseForm(translationForm, req.body);
    if (!parsed.ok) {
      showEmails(deps, res.status(422), { language, form: parsed });
      return;
    }
    const messages = messagesIn(parsed.value, language, event.messages);
    if (parsed.value.act === 'preview') {
      const { office, messages: own } = event;
      const previewed = {
        ...(office ? { office } : {}),
        ...(own ? { messages: own } : {}),
        translations: { [language.code]: { messages } },
      };
      showEmails(deps, res, { language, previewed, form: { values: typedValues(req.body), errors: {} } });
      return;
    }
    const { form } = await saveSeen(
      { fields: textFields, body: req.body, shown: translationOf(event, language) },
      () => saveTranslation(actorOf(res), event, language, messages, deps.now()),
      async () => translationOf(await reloadEvent(res), language),
    );
    if (form) {
      showEmails(deps, res.status(422), { language, form });
      return;
    }
    say(req, { kind: 'ok', text: `The emails in ${nameLanguage(language)} are saved.` });
    res.redirect(303, `${pathOf(event)}/settings/emails/${language.code}`);
  });
}
