import type { Request, Response } from 'express';
import type { Deps } from '../../deps.js';
import { actorOf } from '../../web/actor.js';
import { isChanged, seenOf } from '../../web/compare-seen.js';
import { SETUP_TABS } from '../../web/event-tabs.js';
import { addressOf } from '../../web/paging.js';
import { FRESH_FORM, parseQuery, typedValues, type Form } from '../../web/parse.js';
import { endStep, type Flash } from '../../web/session.js';
import { connectionPage } from './queries.js';
import { boxesOf, KINDS_FIELDS, pageQuery } from './schema.js';

export const HOME = '/global-setup/clever';
/** Shows the page with what is typed and selected, and saves nothing. */
export const DRAFT = `${HOME}/draft`;

/** The names of the steps' fields. The page is one form, so that no button loses what is typed in another step. */
export const DISTRICT = ['district'];
export const CLIENT = ['clientId', 'clientSecret'];
export const TOKEN = ['token'];
export const MATCH = ['school', 'cleverSchool'];
export const NAME = ['name'];
export const KINDS = ['step', 'kinds', 'seen'];

/** Fields that a page must not show again. */
const SECRETS: Record<string, string> = { token: 'district token', clientSecret: 'client secret' };

/** The page, or the page again with what is wrong in one of its steps. @param done fields that are saved */
export async function show(
  deps: Deps,
  req: Request,
  res: Response,
  form: Form = FRESH_FORM,
  done: readonly string[] = [],
): Promise<void> {
  const query = parseQuery(pageQuery, { ...req.query, ...searchOf(req, form) });
  const fresh = Object.keys(form.errors).length === 0;
  const setUp = await connectionPage(deps, actorOf(res), query);
  const lost = lostSecrets(req, done);
  res.status(fresh && !form.meanwhile ? 200 : 422).render('clever/set-up', {
    title: 'Clever',
    section: 'global-setup',
    setupTabs: SETUP_TABS,
    tab: 'clever',
    home: HOME,
    setUp,
    seen: seenOf(KINDS_FIELDS, { kinds: boxesOf(setUp.kinds) }),
    q: query.q,
    chosen: { school: query.school, cleverSchool: query.cleverSchool },
    lost,
    lostInWords: lost.map((name) => SECRETS[name] ?? name),
    // Where a message stands: in its section, or at the top of a page that shows a form again.
    flashInSections: req.method === 'GET',
    form,
  });
}

/** A form with one fault; what was typed stays, except secrets. */
export function refusal(req: Request, field: string, message: string): Form {
  return { values: draftOf(req), errors: { [field]: message } };
}

/** What is typed and selected on the page; a checkbox that is not selected sends nothing. */
export function draftOf(req: Request): Form['values'] {
  const values = typedValues(req.body);
  return values.step === 'kinds' ? { kinds: [], ...values } : values;
}

/**
 * Returns to the page after a step. If another step has something typed or selected, the page is shown at once, as a redirect would lose
 * it.
 * @param at the step's place on the page. @param done fields that are saved
 */
export async function goOn(
  deps: Deps,
  req: Request,
  res: Response,
  flash: Flash,
  { at = '', done }: { at?: string; done: readonly string[] },
): Promise<void> {
  const kept = leftOf(req, done);
  const left = kept ? ' What else you typed or selected here is still there and isn’t saved yet.' : '';
  await endStep(req, res, {
    flash: { ...flash, text: `${flash.text}${left}`, ...(at ? { at: at.slice(1) } : {}) },
    next: addressOf(HOME, { q: textIn(req, 'q') || undefined }) + at,
    showAgain:
      kept || lostSecrets(req, done).length > 0
        ? () => show(deps, req, res, { values: kept ?? {}, errors: {} }, done)
        : undefined,
  });
}

/** The fields that a page which asks first sends back, whatever the answer. */
export function carriedBy(req: Request): Record<string, unknown> {
  const draft = draftOf(req);
  const names = [...DISTRICT, 'clientId', ...MATCH, ...NAME, ...KINDS, 'q'];
  const carried = names.filter((name) => textIn(req, name) !== '' || Array.isArray(draft[name]));
  return {
    ...Object.fromEntries(carried.map((name) => [name, draft[name]])),
    lost: lostSecrets(req, []),
  };
}

/** What is typed or selected besides what is saved; undefined if nothing. */
function leftOf(req: Request, done: readonly string[]): Form['values'] | undefined {
  const isLeft = (name: string) => !done.includes(name) && textIn(req, name) !== '';
  const kinds = !done.includes('kinds') && isChanged(KINDS_FIELDS, req.body);
  if (!kinds && ![...DISTRICT, 'clientId', ...MATCH, ...NAME].some(isLeft)) return undefined;
  return Object.fromEntries(Object.entries(draftOf(req)).filter(([name]) => !done.includes(name)));
}

function lostSecrets(req: Request, done: readonly string[]): string[] {
  const { lost } = typedValues(req.body);
  const before = [lost].flat();
  return Object.keys(SECRETS).filter(
    (name) => !done.includes(name) && (textIn(req, name) !== '' || before.includes(name)),
  );
}

/** The search, and the selected schools, which stay on the lists. */
function searchOf(req: Request, { values }: Form): Record<string, unknown> {
  const q = textIn(req, 'q');
  const selected = MATCH.flatMap((name) => (values[name] === undefined ? [] : [[name, values[name]]]));
  return { ...(q ? { q } : {}), ...(Object.fromEntries(selected) as Record<string, unknown>) };
}

/** A text field of the form; '' if it was not sent. */
export function textIn(req: Request, name: string): string {
  const value = (req.body as Record<string, unknown> | undefined)?.[name];
  return typeof value === 'string' ? value.trim() : '';
}
