import type { Response, Router } from 'express';
import type { Deps } from '../deps.js';
import { eventPage, reloadEvent } from '../events/show-event.js';
import type { MessageText } from '../models/message.js';
import { MACROS } from '../notifications/messages/macros.js';
import { actorOf } from '../web/actor.js';
import { seenOf } from '../web/compare-seen.js';
import { eventGuard, eventOf } from '../web/guards.js';
import { nameLanguage } from '../web/name-languages.js';
import { languageChips, languageNamed } from '../web/other-languages.js';
import { parseForm, typedValues, type Form } from '../web/parse.js';
import { placed } from '../web/place.js';
import { saveSeen } from '../web/save-seen.js';
import { say } from '../web/session.js';
import { styleIn, type Language } from '../web/words.js';
import { formOf, messageOf, saveText, textOf } from './save-text.js';
import { letterFields, textForm } from './schema.js';
import { frameOf, homeOf } from './show-frame.js';
import { writeLetter } from './write-letter.js';

/** What the letters say, with a preview. */
export function textPages(router: Router, deps: Deps): void {
  const guard = eventGuard('event administrator');

  for (const path of ['/letters/text', '/letters/text/:language']) {
    router.get(path, guard, (req, res) => {
      const language = 'language' in req.params ? languageNamed(res, req.params.language) : undefined;
      showText(deps, res, { language, form: { values: formOf(eventOf(res), language), errors: {} } });
    });

    router.post(path, guard, async (req, res) => {
      const event = eventOf(res);
      const language = 'language' in req.params ? languageNamed(res, req.params.language) : undefined;
      const parsed = parseForm(textForm, req.body);
      if (!parsed.ok) {
        showText(deps, res.status(422), { language, form: parsed });
        return;
      }
      const message = messageOf(parsed.value, language ?? event);
      if (parsed.value.act === 'preview') {
        const typed = { values: typedValues(req.body), errors: {} };
        showText(deps, res, { language, form: typed, previewed: message });
        return;
      }
      const { form } = await saveSeen(
        { fields: letterFields, body: req.body, shown: formOf(event, language) },
        () => saveText(actorOf(res), event, message, deps.now(), language),
        async () => formOf(await reloadEvent(res), language),
      );
      if (form) {
        showText(deps, res.status(422), { language, form });
        return;
      }
      const what = language
        ? `The text of the letters in ${nameLanguage(language)}`
        : 'The text of the letters';
      say(req, { kind: 'ok', text: `${what} is saved.` });
      res.redirect(303, homeOf(res));
    });
  }
}

interface ShownText {
  form: Form;
  language: Language | undefined;
  /** What the preview is made of; by default what is saved. */
  previewed?: MessageText;
}

function showText(deps: Deps, res: Response, { form, language, previewed }: ShownText): void {
  const event = eventOf(res);
  const child = { firstName: 'Alex', lastName: 'Smith', schoolId: '100234' };
  const held = { className: 'Biology 1', teacher: 'Ms. Rivera' };
  const frame = frameOf(deps, res);
  const read = language ? placed(event, styleIn(language, event)) : event;
  const path = `${homeOf(res)}/text`;
  res.render('letters/text', {
    ...eventPage(event, 'overview'),
    title: `${event.name}: Text of the letters`,
    lettersHome: homeOf(res),
    action: language ? `${path}/${language.code}` : path,
    language,
    languages: languageChips(res, path, language),
    form,
    seen: seenOf(letterFields, formOf(event, language)),
    macros: Object.entries(MACROS).map(([name, text]) => ({ name: `{${name}}`, text })),
    sample: writeLetter({ ...frame, event: read }, previewed ?? textOf(event, language), child, held, {
      code: 'K7QM-4XPD',
    }),
  });
}
