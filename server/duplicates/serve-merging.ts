import type { Response, Router } from 'express';
import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { contentHash } from '../models/content-hash.js';
import { actorOf, type Actor } from '../web/actor.js';
import { notFound } from '../web/errors.js';
import { dayAndTime } from '../web/format-time.js';
import { FRESH_FORM, parseForm, parseId, statusOf, type Form } from '../web/parse.js';
import type { Place } from '../web/place.js';
import { say } from '../web/session.js';
import { compareSides, reasonInWords } from './compare-sides.js';
import { mergeContacts, type KeepOfLost, type Merged } from './merge-contacts.js';
import { findPair, namesOf } from './queries.js';
import { mergingSchema } from './schema.js';
import { HOME, page } from './show-frame.js';

/** Asking before a merge, and doing it. Part of the duplicates' routes, behind the administrator's guard. */
export function addMergingPages(router: Router, deps: Deps, keepOfLost: KeepOfLost): void {
  router.get('/:pair/merging', (req, res) => showMerging(deps, res, parseId(req.params.pair)));

  router.post('/:pair/merging', async (req, res) => {
    const actor = actorOf(res);
    const id = parseId(req.params.pair);
    const pair = await findPair(actor.account, id, deps.now());
    if (!pair) throw notFound();
    const parsed = parseForm(mergingSchema, req.body);
    if (!parsed.ok) return showMerging(deps, res, id, parsed);
    const { keep, seen } = parsed.value;
    if (seen !== undefined && seen !== (await shownOf(actor, pair)))
      return showMerging(deps, res, id, { values: {}, errors: { keep: CHANGED } });
    const other = pair.contacts.find((contact) => !contact.equals(keep));
    if (!other || !pair.contacts.some((contact) => contact.equals(keep)))
      return showMerging(deps, res, id, { values: {}, errors: { keep: 'Select which contact to keep.' } });
    const merged = await mergeContacts(deps, actor, keep, other, keepOfLost);
    if (!merged.ok && merged.reason === 'not here') throw notFound();
    if (!merged.ok && merged.reason !== 'decided already') {
      const errors = { keep: inWords(merged, actor) };
      return showMerging(deps, res, id, { values: { keep: keep.toHexString() }, errors });
    }
    if (merged.ok)
      say(req, { kind: 'ok', text: 'Merged. There’s now one contact with everything from both.' });
    else say(req, { kind: 'notice', text: 'Somebody else has decided this pair already.' });
    res.redirect(303, HOME);
  });
}

async function showMerging(
  deps: Deps,
  res: Response,
  id: Types.ObjectId,
  form: Form = FRESH_FORM,
): Promise<void> {
  const actor = actorOf(res);
  const { account } = actor;
  const [pair, names] = await Promise.all([findPair(account, id, deps.now()), namesOf(account)]);
  const [one, other] = pair?.sides ?? [];
  if (!pair || !one || !other || pair.newcomer || (pair.state !== 'open' && !pair.unfinished))
    throw notFound();
  res.status(statusOf(form)).render('duplicates/merging', {
    ...page('Merge two contacts'),
    pair,
    sides: [one, other],
    compared: compareSides([one, other], names, actor),
    reason: reasonInWords(pair, names, actor),
    seen: await shownOf(actor, pair),
    form,
  });
}

const CHANGED =
  'One of the two changed while you had this page open, and nothing is merged yet. Look at both again, then select which one stays.';

/** A fingerprint of what the page shows of both, for its hidden field `seen`, as a merge cannot be undone. */
async function shownOf(
  actor: Actor,
  { sides: [one, other] }: NonNullable<Awaited<ReturnType<typeof findPair>>>,
): Promise<string> {
  return one && other ? contentHash(compareSides([one, other], await namesOf(actor.account), actor)) : '';
}

function inWords(refused: Extract<Merged, { ok: false }>, place: Place): string {
  switch (refused.reason) {
    case 'slots overlap':
      return `Both have slots at the same time (${refused.event ? `${refused.event}, ` : ''}${dayAndTime(refused.at, place)}). Remove or move the slots of one of them first.`;
    case 'meetings overlap':
      return `Both have a meeting at the same time (${dayAndTime(refused.at, place)}). Move or cancel one of the meetings first.`;
    case 'sync is running':
      return 'A sync is running. Merge when it has finished. The Importer shows its progress.';
    case 'being deleted':
      return 'Contacts are being deleted right now. Look again when that has finished.';
    case 'another merge':
      return 'One of these contacts is being merged with another one right now. Wait a minute and look again.';
    case 'in doubt':
      return 'One of these IDs now belongs to somebody else. Decide that pair first. It’s on this list too.';
    case 'other type':
      return 'These contacts now have different types, so they can’t be merged.';
    default:
      return 'Somebody else has decided this pair already.';
  }
}
