import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Contact } from '../models/contact.js';
import { Duplicate, type Identity, type IdentityDecision } from '../models/duplicate.js';
import type { Actor } from '../web/actor.js';
import { finishDecision } from '../roster/people/finish-decision.js';
import { isCutOff } from '../runs/engine/find-at-work.js';
import { findAgainst } from './claim-merge.js';

export type IdentityDecided =
  | { ok: true }
  | { ok: false; reason: 'decided already' | 'sync is running' | 'being deleted' | 'another merge' };

/**
 * Decides whether a newcomer is the contact whose id they have. The same: the contact takes what the source says. Different: the newcomer
 * becomes a contact with the id; the former holder is transferred and keeps logins, households and appointments, and their family is never
 * tied to the id. The pair is first claimed with the decision, so that of two people one succeeds, and a decision that was cut off is
 * finished by the next sync or by repeating it.
 */
export async function decideIdentity(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  id: Types.ObjectId,
  as: Identity,
): Promise<IdentityDecided> {
  const pair = await Duplicate.findOne({ _id: id, account, state: 'open' }).lean();
  if (!pair?.newcomer) return { ok: false, reason: 'decided already' };
  const { newcomer, candidate, deciding: before } = pair;
  if (before && (before.as !== as || !isCutOff(before, now())))
    return { ok: false, reason: 'decided already' };
  if (await Contact.exists({ _id: candidate, account, merging: { $exists: true } }))
    return { ok: false, reason: 'another merge' };
  const tied = await Contact.find({ account, 'relations.student': newcomer.id }, { _id: 1 }).lean();
  const family = before?.family ?? tied.map(({ _id }) => _id);
  const deciding = { as, by: before?.by ?? user, at: now(), family };
  const claimed = await claim(pair, deciding);
  if (!claimed) return { ok: false, reason: 'decided already' };
  // Checked after the decision is announced: a sync that begins now waits for it, and one that has begun is found here.
  const against = await findAgainst(account);
  if (against) {
    await giveUp(pair, deciding);
    return { ok: false, reason: against };
  }
  await forgetStand(account);
  await finishDecision(claimed);
  return { ok: true };
}

/** Claims the pair for this decision; null if somebody was faster, or the source now says something else of the newcomer. */
function claim({ _id, newcomer, deciding }: Duplicate, claimed: IdentityDecision): Promise<Duplicate | null> {
  return Duplicate.findOneAndUpdate(
    {
      _id,
      state: 'open',
      'newcomer.hash': newcomer?.hash,
      ...(deciding ? { 'deciding.at': deciding.at } : { deciding: { $exists: false } }),
    },
    { $set: { deciding: claimed } },
    { returnDocument: 'after' },
  ).lean();
}

/** Leaves the pair as it was before it was claimed: undecided, or cut off. */
async function giveUp({ _id, deciding: before }: Duplicate, { at }: IdentityDecision): Promise<void> {
  await Duplicate.updateOne(
    { _id, state: 'open', 'deciding.at': at },
    before ? { $set: { deciding: before } } : { $unset: { deciding: 1 } },
  );
}

/** Makes the next sync read everything and look at all classes, as what the source said of somebody in doubt was not taken. */
export async function forgetStand(account: Types.ObjectId): Promise<void> {
  await Account.updateOne(
    { _id: account, clever: { $exists: true } },
    { $unset: { 'clever.cursor': 1 }, $set: { 'clever.refreshing': 'decision' } },
  );
}
