import express, { type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { parseForm } from '../../web/parse.js';
import { say } from '../../web/session.js';
import { clearMatch, type Cleared } from './clear-match.js';
import { createFromClever, createSchool } from './create-school.js';
import { matchSchool } from './match-school.js';
import { clearSchema, fromCleverSchema, matchSchema, schoolSchema } from './schema.js';
import { HOME, refusal, show } from './show-page.js';
import { countOf } from '../../web/format-count.js';

const SCHOOLS = `${HOME}#schools`;

const MATCH_REFUSALS = {
  'no such school': 'This school is no longer there. Choose again.',
  'already matched': 'This school of yours is matched already. Clear its match first.',
  'taken by another school':
    'Another of your schools is matched to this Clever school. One Clever school goes to one of yours.',
};

/** The matching of our schools to Clever's. */
export function schoolRoutes(deps: Deps): Router {
  const router = express.Router();

  router.post('/', async (req, res) => {
    const parsed = parseForm(schoolSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, parsed);
    const created = await createSchool(deps, actorOf(res), parsed.value.name);
    if (!created.ok)
      return show(deps, req, res, refusal(req, 'name', 'One of your schools has this name already.'));
    say(req, { kind: 'ok', text: 'The school is added. Match it to one of Clever’s.' });
    res.redirect(303, SCHOOLS);
  });

  router.post('/from-clever', async (req, res) => {
    const parsed = parseForm(fromCleverSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, parsed);
    const created = await createFromClever(deps, actorOf(res), parsed.value.cleverSchool);
    if (!created.ok)
      return show(
        deps,
        req,
        res,
        refusal(
          req,
          'cleverSchool',
          'There is nothing to create: choose a Clever school that is not matched.',
        ),
      );
    const text =
      created.count === 1
        ? '1 school is created and matched.'
        : `${String(created.count)} schools are created and matched.`;
    say(req, { kind: 'ok', text });
    res.redirect(303, SCHOOLS);
  });

  router.post('/match', async (req, res) => {
    const parsed = parseForm(matchSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, parsed);
    const { school, cleverSchool } = parsed.value;
    const matched = await matchSchool(deps, actorOf(res), school, cleverSchool);
    if (!matched.ok)
      return show(deps, req, res, refusal(req, 'cleverSchool', MATCH_REFUSALS[matched.reason]));
    say(req, { kind: 'ok', text: 'The two schools are matched.' });
    res.redirect(303, SCHOOLS);
  });

  router.post('/clear', async (req, res) => {
    const parsed = parseForm(clearSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, refusal(req, '_form', MATCH_REFUSALS['no such school']));
    const { school, sure } = parsed.value;
    const cleared = await clearMatch(deps, actorOf(res), school, sure);
    if (!cleared.ok && cleared.reason === 'roster there') {
      confirmClear(res, school.toHexString(), cleared);
      return;
    }
    if (!cleared.ok) {
      const lastMatch =
        'At least one school stays matched while Clever is enabled. Disable Clever first (step 6).';
      const why = cleared.reason === 'last match' ? lastMatch : 'This school has no match to clear.';
      return show(deps, req, res, refusal(req, '_form', why));
    }
    say(req, { kind: 'ok', text: `The match of ${cleared.name} is cleared.` });
    res.redirect(303, SCHOOLS);
  });

  return router;
}

function confirmClear(
  res: Response,
  school: string,
  { name, people, sections }: Extract<Cleared, { reason: 'roster there' }>,
): void {
  res.render('clever/confirm', {
    title: `Clear the match of ${name}?`,
    section: 'global-setup',
    confirm: {
      title: `Clear the match of ${name}?`,
      effects: [
        'This school’s data no longer comes from Clever.',
        `${countOf(people, 'person', 'people')} and ${countOf(sections, 'section', 'sections')} of it leave at the next sync, unless they also belong to another matched school.`,
      ],
      notes: [
        'Nobody is deleted: they become “transferred”, and come back when the school is matched again.',
      ],
      action: `${HOME}/schools/clear`,
      fields: { school, sure: 'yes' },
      submit: 'Clear the match',
      danger: true,
      cancel: SCHOOLS,
    },
  });
}
