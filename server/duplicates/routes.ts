import express, { type Request, type Response, type Router } from 'express';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { CONTACT_TYPES } from '../models/contact.js';
import type { Identity } from '../models/duplicate.js';
import { actorOf, type Actor } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { countOf } from '../web/format-count.js';
import { dayAndTime } from '../web/format-time.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { parseForm, parseId, parseQuery } from '../web/parse.js';
import { refuseHere, say } from '../web/session.js';
import { compareSides, reasonInWords } from './compare-sides.js';
import { decideIdentity, type IdentityDecided } from './decide-identity.js';
import { keepBoth, reopenPairs, undoKeepBoth } from './keep-both.js';
import type { KeepOfLost } from './merge-contacts.js';
import { findPair, listPairs, namesOf, newcomersAmong, PAGE_SIZE } from './queries.js';
import { identitySchema, pairsQuery, pairsSchema, type PairsQuery } from './schema.js';
import { addMergingPages } from './serve-merging.js';
import { HOME, page } from './show-frame.js';

/** Global Setup → Duplicates: the *to decide* list. Mounted behind the administrator's guard. */
export function duplicateRoutes(deps: Deps, keepOfLost: KeepOfLost): Router {
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
        text: `${countOf(apart.parted, 'person now has a separate contact', 'people now have separate contacts')}. The next sync updates the classes.`,
      });
    if (apart.refused) say(req, { kind: 'notice', text: REFUSED[apart.refused] });
    if (kept.pairs > 0)
      say(req, { kind: 'ok', text: `Kept both of ${countOf(kept.pairs, 'pair', 'pairs')}.`, undo });
    else if (apart.parted === 0 && !apart.refused)
      say(req, { kind: 'notice', text: 'Nothing was changed. Select pairs that nobody has decided yet.' });
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

  addMergingPages(router, deps, keepOfLost);
  return router;
}

/** Decides whether somebody who came with a contact's id is that contact. */
async function postIdentity(deps: Deps, req: Request, res: Response): Promise<void> {
  const actor = actorOf(res);
  const pair = await findPair(actor.account, parseId(req.params.pair), deps.now());
  const parsed = parseForm(identitySchema, req.body);
  if (!pair) throw notFound();
  if (!parsed.ok) {
    refuseHere(res, parsed);
    return showList(deps, req, res);
  }
  const { as, sure } = parsed.value;
  if (as === 'same' && !sure && !pair.deciding && !pair.atWork && pair.newcomer)
    return showIdentity(res, actor.account, pair);
  const decided = await decideIdentity(deps, actor, new Types.ObjectId(pair.id), as);
  const [newer = '', older = ''] = pair.sides.map((side) => side?.name ?? 'A contact');
  if (!decided.ok) say(req, { kind: 'notice', text: REFUSED[decided.reason] });
  else say(req, { kind: 'ok', text: sayDecided(as, pair.isFurther, newer, older) });
  res.redirect(303, HOME);
}

function sayDecided(as: Identity, isFurther: boolean, newer: string, older: string): string {
  if (as === 'same' && isFurther)
    return `Both records belong to ${older}, as before. The next sync updates the classes.`;
  if (as === 'same') return `${older} is now ${newer}. The next sync updates the classes.`;
  const left = isFurther ? 'stays under their own ID' : 'is transferred';
  return `${newer} now has a separate contact, and ${older} ${left}. The next sync updates the classes.`;
}

/** Asks before a contact takes another name. */
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
  'sync is running': 'A sync is running. Decide when it has finished. The Importer shows its progress.',
  'being deleted': 'Contacts are being deleted right now. Look again when that has finished.',
  'another merge': 'This contact is being merged right now. Wait a minute and look again.',
};

/** Gives each newcomer among the pairs a contact of their own. */
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

/** The pairs that a form names; undefined if it names none, and the page then says so. */
function pairsOf(req: Request, res: Response): Types.ObjectId[] | undefined {
  const parsed = parseForm(pairsSchema, req.body);
  if (!parsed.ok) refuseHere(res, parsed);
  else if (parsed.value.only) return [parsed.value.only];
  else if (parsed.value.pairs.length > 0) return parsed.value.pairs;
  else refuseHere(res, { values: {}, errors: { pairs: 'Select at least one pair.' } });
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
