import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { CONTACT_TYPES } from '../models/contact.js';
import { actorOf, type Actor } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { SETUP_TABS } from '../web/event-tabs.js';
import { countOf } from '../web/format-count.js';
import { dayAndTime } from '../web/format-time.js';
import type { Place } from '../web/place.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { FRESH_FORM, parseForm, parseId, parseQuery, type Form } from '../web/parse.js';
import { refuseHere, say } from '../web/session.js';
import { compareSides, reasonInWords } from './compare-sides.js';
import { decideIdentity, type IdentityDecided } from './decide-identity.js';
import { keepBoth, reopenPairs, undoKeepBoth } from './keep-both.js';
import { mergeContacts, type Merged } from './merge-contacts.js';
import { findPair, listPairs, namesOf, newcomersAmong, PAGE_SIZE } from './queries.js';
import { identitySchema, mergingSchema, pairsQuery, pairsSchema, type PairsQuery } from './schema.js';

const HOME = '/global-setup/duplicates';

/** Global Setup → Duplicates: the *to decide* list. Mounted behind the administrator's guard. */
export function duplicateRoutes(deps: Deps): Router {
  const router = express.Router();
  router.get('/', (req, res) => showList(deps, req, res));

  router.post('/separation', async (req, res) => {
    const pairs = pairsOf(req, res);
    if (!pairs) return showList(deps, req, res);
    const apart = await partNewcomers(deps, actorOf(res), pairs);
    const kept = await keepBoth(deps, actorOf(res), pairs);
    const undo = { action: `${HOME}/separation/${kept.entry.toHexString()}/undo`, label: 'Undo' };
    if (apart.parted > 0)
      say(req, {
        kind: 'ok',
        text: `${countOf(apart.parted, 'person has a contact of their own', 'people have contacts of their own')} now. Classes follow with the next sync.`,
      });
    if (apart.refused) say(req, { kind: 'notice', text: REFUSED[apart.refused] });
    if (kept.pairs > 0)
      say(req, { kind: 'ok', text: `Kept both of ${countOf(kept.pairs, 'pair', 'pairs')}.`, undo });
    else if (apart.parted === 0 && !apart.refused)
      say(req, { kind: 'notice', text: 'Nothing was changed: select pairs that nobody has decided yet.' });
    res.redirect(303, HOME);
  });

  router.post('/separation/:entry/undo', async (req, res) => {
    const pairs = await undoKeepBoth(deps, actorOf(res), parseId(req.params.entry));
    if (pairs === undefined) throw notFound();
    say(req, { kind: 'ok', text: `${countOf(pairs, 'pair is', 'pairs are')} on the list again.` });
    res.redirect(303, HOME);
  });

  router.post('/reopening', async (req, res) => {
    const chosen = pairsOf(req, res);
    if (!chosen) return showList(deps, req, res);
    const pairs = await reopenPairs(deps, actorOf(res), chosen);
    const text = `${countOf(pairs, 'pair is', 'pairs are')} on the list again.`;
    say(req, { kind: pairs > 0 ? 'ok' : 'notice', text });
    res.redirect(303, pairs > 0 ? HOME : `${HOME}?state=separate`);
  });

  router.post('/:pair/identity', (req, res) => postIdentity(deps, req, res));

  mergingPages(router, deps);
  return router;
}

/** Whether somebody who came with a contact's id is that contact. */
async function postIdentity(deps: Deps, req: Request, res: Response): Promise<void> {
  const actor = actorOf(res);
  const pair = await findPair(actor.account, parseId(req.params.pair));
  const parsed = parseForm(identitySchema, req.body);
  if (!pair) throw notFound();
  if (!parsed.ok) {
    refuseHere(res, parsed);
    return showList(deps, req, res);
  }
  const { as, sure } = parsed.value;
  if (as === 'same' && !sure && !pair.deciding && pair.newcomer)
    return showIdentity(res, actor.account, pair);
  const decided = await decideIdentity(deps, actor, new Types.ObjectId(pair.id), as);
  const [newer, older] = pair.sides.map((side) => side?.name ?? 'A contact');
  if (!decided.ok) say(req, { kind: 'notice', text: REFUSED[decided.reason] });
  else if (as === 'same')
    say(req, { kind: 'ok', text: `${older} is ${newer} now. Classes follow with the next sync.` });
  else
    say(req, {
      kind: 'ok',
      text: `${newer} has a contact of their own now, and ${older} is transferred. Classes follow with the next sync.`,
    });
  res.redirect(303, HOME);
}

/** Asks before a contact becomes somebody of another name. */
async function showIdentity(
  res: Response,
  account: Types.ObjectId,
  pair: NonNullable<Awaited<ReturnType<typeof findPair>>>,
): Promise<void> {
  const [one, other] = pair.sides;
  if (!one || !other) throw notFound();
  res.render('duplicates/identity', {
    ...page('Same person?'),
    pair,
    sides: [one, other],
    compared: compareSides([one, other], await namesOf(account), actorOf(res)),
  });
}

const REFUSED: Record<Extract<IdentityDecided, { ok: false }>['reason'], string> = {
  'decided already': 'Somebody else has decided this pair already.',
  'sync is running': 'A sync is running. Decide when it has finished; the Importer shows how far it is.',
  'another merge': 'This contact is being merged right now. Wait a minute and look again.',
};

/** Of the pairs, those of newcomers: each gets a contact of their own. */
async function partNewcomers(
  deps: Deps,
  actor: Actor,
  pairs: readonly Types.ObjectId[],
): Promise<{ parted: number; refused?: keyof typeof REFUSED }> {
  let parted = 0;
  for (const id of await newcomersAmong(actor.account, pairs)) {
    const decided = await decideIdentity(deps, actor, id, 'different');
    if (!decided.ok) return { parted, refused: decided.reason };
    parted += 1;
  }
  return { parted };
}

async function showList(deps: Deps, req: Request, res: Response): Promise<void> {
  const query = parseQuery(pairsQuery, req.query);
  const actor = actorOf(res);
  const { account } = actor;
  const [list, names] = await Promise.all([listPairs(account, query, deps.now()), namesOf(account)]);
  const href = (change: Partial<PairsQuery>): string => hrefOf(query, change);
  res.render('duplicates/list', {
    ...page('Duplicates'),
    query,
    list,
    href,
    types: CONTACT_TYPES,
    compare: (row: (typeof list.rows)[number]) => compareSides(row.sides, names, actor),
    reason: (row: (typeof list.rows)[number]) => reasonInWords(row, names, actor),
    when: (at: Date) => dayAndTime(at, actor),
    pager: pagerOf(list.total, query.page, PAGE_SIZE, ['pair', 'pairs'], (to) => href({ page: to })),
  });
}

/** Asking before a merge, and doing it. */
function mergingPages(router: Router, deps: Deps): void {
  router.get('/:pair/merging', (req, res) => showMerging(res, parseId(req.params.pair)));

  router.post('/:pair/merging', async (req, res) => {
    const actor = actorOf(res);
    const id = parseId(req.params.pair);
    const pair = await findPair(actor.account, id);
    if (!pair) throw notFound();
    const parsed = parseForm(mergingSchema, req.body);
    if (!parsed.ok) return showMerging(res, id, parsed);
    const { keep } = parsed.value;
    const other = pair.contacts.find((contact) => !contact.equals(keep));
    if (!other || !pair.contacts.some((contact) => contact.equals(keep)))
      return showMerging(res, id, { values: {}, errors: { keep: 'Select which of the two stays.' } });
    const merged = await mergeContacts(deps, actor, keep, other);
    if (!merged.ok && merged.reason === 'not here') throw notFound();
    if (!merged.ok && merged.reason !== 'decided already') {
      const errors = { keep: inWords(merged, actor) };
      return showMerging(res, id, { values: { keep: keep.toHexString() }, errors });
    }
    if (merged.ok)
      say(req, { kind: 'ok', text: 'Merged. There is one contact now, with everything of both.' });
    else say(req, { kind: 'notice', text: 'Somebody else has decided this pair already.' });
    res.redirect(303, HOME);
  });
}

async function showMerging(res: Response, id: Types.ObjectId, form: Form = FRESH_FORM): Promise<void> {
  const actor = actorOf(res);
  const { account } = actor;
  const [pair, names] = await Promise.all([findPair(account, id), namesOf(account)]);
  const [one, other] = pair?.sides ?? [];
  if (!pair || !one || !other || pair.newcomer || (pair.state !== 'open' && !pair.unfinished))
    throw notFound();
  const refused = Object.keys(form.errors).length > 0;
  res.status(refused ? 422 : 200).render('duplicates/merging', {
    ...page('Merge two contacts'),
    pair,
    sides: [one, other],
    compared: compareSides([one, other], names, actor),
    reason: reasonInWords(pair, names, actor),
    form,
  });
}

function inWords(refused: Extract<Merged, { ok: false }>, place: Place): string {
  switch (refused.reason) {
    case 'slots overlap':
      return `Both hold slots at the same time (${refused.event ? `${refused.event}, ` : ''}${dayAndTime(refused.at, place)}). Remove or move the slots of one of them first; nobody can be in two places.`;
    case 'meetings overlap':
      return `Both have a meeting at the same time (${dayAndTime(refused.at, place)}). Move or cancel one of the meetings first.`;
    case 'sync is running':
      return 'A sync is at work. Merge when it has finished; the Importer shows how far it is.';
    case 'another merge':
      return 'One of the two is being merged with somebody else right now. Wait a minute and look again.';
    case 'in doubt':
      return 'Somebody else came with the ID of one of the two. Decide that first: it is on this list too.';
    case 'other type':
      return 'The two are of different types now, so they cannot be one contact.';
    default:
      return 'Somebody else has decided this pair already.';
  }
}

/** The pairs that a form is about; undefined where it names none, and the page then says so. */
function pairsOf(req: Request, res: Response): Types.ObjectId[] | undefined {
  const parsed = parseForm(pairsSchema, req.body);
  if (!parsed.ok) refuseHere(res, parsed);
  else if (parsed.value.only) return [parsed.value.only];
  else if (parsed.value.pairs.length > 0) return parsed.value.pairs;
  else refuseHere(res, { values: {}, errors: { pairs: 'Select at least one pair first.' } });
  return undefined;
}

function hrefOf(query: PairsQuery, change: Partial<PairsQuery>): string {
  const { q, state, type, page: to } = { ...query, page: 1, ...change };
  return addressOf(HOME, {
    q,
    state: state === 'open' ? undefined : state,
    type,
    page: to === 1 ? undefined : to,
  });
}

function page(title: string) {
  return { title, section: 'global-setup', setupTabs: SETUP_TABS, tab: 'duplicates', home: HOME };
}
