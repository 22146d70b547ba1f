import express, { type Request, type Response, type Router } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { parseForm } from '../../web/parse.js';
import { clearMatch, type Cleared } from './clear-match.js';
import { createFromClever, createSchool } from './create-school.js';
import { matchSchool } from './match-school.js';
import { clearSchema, fromCleverSchema, matchSchema, schoolSchema } from './schema.js';
import { carriedBy, DRAFT, draftOf, goOn, HOME, MATCH, NAME, refusal, show, textIn } from './show-page.js';
import { countOf } from '../../web/format-count.js';

const SCHOOLS = '#schools';

const MATCH_REFUSALS = {
  'no such school': 'This school is no longer there. Select another one.',
  'already matched': 'This school is already matched. Clear its match first.',
  'taken by another school':
    'Another of your schools is matched to this Clever school. Each Clever school matches only one of yours.',
};

/** The matching of our schools to Clever's. */
export function schoolRoutes(deps: Deps): Router {
  const router = express.Router();

  router.post('/', (req, res) => addSchool(deps, req, res));

  router.post('/from-clever', async (req, res) => {
    const { all, cleverSchool } = (req.body ?? {}) as Record<string, unknown>;
    const parsed = parseForm(fromCleverSchema, { cleverSchool: all === undefined ? cleverSchool : 'all' });
    if (!parsed.ok) return show(deps, req, res, { ...parsed, values: draftOf(req) });
    const created = await createFromClever(deps, actorOf(res), parsed.value.cleverSchool);
    if (!created.ok) {
      const why = 'Select a Clever school that isn’t matched yet.';
      return show(deps, req, res, refusal(req, 'cleverSchool', why));
    }
    const text =
      created.count === 1
        ? '1 school is created and matched.'
        : `${String(created.count)} schools are created and matched.`;
    await goOn(deps, req, res, { kind: 'ok', text }, { at: SCHOOLS, done: ['cleverSchool'] });
  });

  router.post('/match', async (req, res) => {
    const parsed = parseForm(matchSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, { ...parsed, values: draftOf(req) });
    const { school, cleverSchool } = parsed.value;
    const matched = await matchSchool(deps, actorOf(res), school, cleverSchool);
    if (!matched.ok)
      return show(deps, req, res, refusal(req, 'cleverSchool', MATCH_REFUSALS[matched.reason]));
    const text = 'The two schools are matched.';
    await goOn(deps, req, res, { kind: 'ok', text }, { at: SCHOOLS, done: MATCH });
  });

  router.post('/clear', async (req, res) => {
    const parsed = parseForm(clearSchema, req.body);
    if (!parsed.ok) return show(deps, req, res, refusal(req, '_form', MATCH_REFUSALS['no such school']));
    const { clear: school, sure } = parsed.value;
    const seen = /^to (.+)$/.exec(textIn(req, `match-${school.toHexString()}`))?.[1];
    const cleared = await clearMatch(deps, actorOf(res), school, { sure, seen });
    if (!cleared.ok && cleared.reason === 'roster there') {
      confirmClear(req, res, { school: school.toHexString(), seen }, cleared);
      return;
    }
    if (!cleared.ok) {
      const lastMatch =
        'At least one school stays matched while Clever is enabled. Disable Clever first (step 6).';
      const why = {
        'last match': lastMatch,
        'not matched': 'This school has no match to clear.',
        'other match': 'Somebody else matched this school to another one in the meantime. Look at it again.',
      }[cleared.reason];
      return show(deps, req, res, refusal(req, '_form', why));
    }
    const text = `The match of ${cleared.name} is cleared.`;
    await goOn(deps, req, res, { kind: 'ok', text }, { at: SCHOOLS, done: [] });
  });

  return router;
}

/** Adds one of our own schools. */
export async function addSchool(deps: Deps, req: Request, res: Response): Promise<void> {
  const parsed = parseForm(schoolSchema, req.body);
  if (!parsed.ok) return show(deps, req, res, { ...parsed, values: draftOf(req) });
  const created = await createSchool(deps, actorOf(res), parsed.value.name);
  if (!created.ok)
    return show(deps, req, res, refusal(req, 'name', 'One of your schools has this name already.'));
  const text = 'The school is added. Match it to one of Clever’s.';
  await goOn(deps, req, res, { kind: 'ok', text }, { at: SCHOOLS, done: NAME });
}

function confirmClear(
  req: Request,
  res: Response,
  { school, seen }: { school: string; seen: string | undefined },
  { name, people, sections }: Extract<Cleared, { reason: 'roster there' }>,
): void {
  res.render('clever/confirm', {
    title: `Clear the match of ${name}?`,
    section: 'global-setup',
    confirm: {
      title: `Clear the match of ${name}?`,
      effects: [
        'This school’s data no longer comes from Clever.',
        `${countOf(people, 'person', 'people')} and ${countOf(sections, 'section', 'sections')} of this school are removed at the next sync, unless they also belong to another matched school.`,
      ],
      notes: [
        'Nobody is deleted. They’re marked as transferred, and come back when the school is matched again.',
      ],
      action: `${HOME}/schools/clear`,
      fields: {
        ...carriedBy(req),
        clear: school,
        [`match-${school}`]: seen ? `to ${seen}` : '',
        sure: 'yes',
      },
      submit: 'Clear the match',
      danger: true,
      back: DRAFT,
    },
  });
}
