import type { Request, Response } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { seenOf } from '../../web/compare-seen.js';
import { SETUP_TABS } from '../../web/event-tabs.js';
import { FRESH_FORM, parseQuery, typedValues, type Form } from '../../web/parse.js';
import { connectionPage } from './queries.js';
import { boxesOf, KINDS_FIELDS, pageQuery } from './schema.js';

export const HOME = '/global-setup/clever';

/** The page, or the page again with what is wrong in one of its forms. */
export async function show(deps: Deps, req: Request, res: Response, form: Form = FRESH_FORM): Promise<void> {
  const { q } = parseQuery(pageQuery, req.query);
  const fresh = Object.keys(form.errors).length === 0;
  const setUp = await connectionPage(deps, actorOf(res), q);
  res.status(fresh && !form.meanwhile ? 200 : 422).render('clever/set-up', {
    title: 'Clever',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'clever',
    home: HOME,
    setUp,
    seen: seenOf(KINDS_FIELDS, { kinds: boxesOf(setUp.kinds) }),
    q,
    form,
  });
}

/** A form with one thing wrong; what was typed stays, secrets never. */
export function refusal(req: Request, field: string, message: string): Form {
  return { values: typedValues(req.body), errors: { [field]: message } };
}
