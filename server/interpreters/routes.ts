import type { Router } from 'express';
import express from 'express';
import type { Deps } from '../deps.js';
import {
  familyOf,
  loadConference,
  parentGuard,
  conferenceOf,
  type Family,
} from '../parents/load-conference.js';
import { notFound } from '../web/errors.js';
import { nameSpoken } from '../web/format-language.js';
import { parseForm, typedValues, type Form } from '../web/parse.js';
import { wordsFor } from '../web/read-language.js';
import { say } from '../web/session.js';
import type { Response } from 'express';
import { saveLanguage } from './save-language.js';
import { languageForm } from './schema.js';

/** The page on which a family says once whether it needs an interpreter, and for which language. */
export function interpreterRoutes(deps: Deps): Router {
  const router = express.Router({ mergeParams: true });
  router.use('/e/:link/interpreter', loadConference, parentGuard);

  router.get('/e/:link/interpreter', async (_req, res) => {
    show(res, await familyOf(res, deps));
  });

  router.post('/e/:link/interpreter', async (req, res) => {
    const family = await familyOf(res, deps);
    const { event, household, actor, home } = family;
    const t = wordsFor(res);
    const parsed = parseForm(languageForm, req.body, t);
    const language = parsed.ok ? parsed.value.language : undefined;
    // A language that somebody asked for at another event remains a choice here.
    const known = ['', household.interpreter, ...(event.interpreting?.languages ?? [])];
    if (language === undefined || !event.interpreting || !known.includes(language)) {
      const errors = { language: t('interpreter.unknown') };
      show(res.status(422), family, { values: typedValues(req.body), errors });
      return;
    }
    await saveLanguage(deps, event, { household: household._id, user: actor.user, language });
    const text = language
      ? t('interpreter.savedFor', { language: nameSpoken(language, event.locale) })
      : t('interpreter.savedNone');
    say(req, { kind: 'ok', text });
    res.redirect(303, home);
  });
  return router;
}

function show(res: Response, { event, household }: Family, form?: Form): void {
  const { interpreting } = conferenceOf(res).event;
  if (!interpreting) throw notFound();
  // What they said at another event counts here too, and saving does not remove it.
  const options = [...new Set([...interpreting.languages, household.interpreter ?? ''])]
    .filter(Boolean)
    .map((value) => ({ value, label: nameSpoken(value, event.locale) }))
    .sort((a, b) => a.label.localeCompare(b.label, event.locale));
  res.render('interpreters/ask', {
    title: wordsFor(res)('interpreter.title'),
    byHand: interpreting.byHand,
    options,
    form: form ?? { values: { language: household.interpreter ?? '' }, errors: {} },
  });
}
