import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Account } from '../models/account.js';
import { Contact } from '../models/contact.js';
import { Duplicate, type Identity } from '../models/duplicate.js';
import type { Actor } from '../web/actor.js';
import { finishDecision } from '../roster/people/finish-decision.js';
import { isSyncing } from './hold-merge.js';

export type IdentityDecided =
  { ok: true } | { ok: false; reason: 'decided already' | 'sync is running' | 'another merge' };

/**
 * Decides whether a newcomer is the contact whose id they have. The same: the contact takes what the source says of them. Another: they
 * become a contact of their own with the id; the one who had it is transferred and keeps logins, households and appointments, and
 * their family is never tied to the id. What is decided is noted first, so that a decision that was cut off is finished by the next sync.
 */
export async function decideIdentity(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  id: Types.ObjectId,
  as: Identity,
): Promise<IdentityDecided> {
  const pair = await Duplicate.findOne({ _id: id, account, state: 'open' }).lean();
  if (!pair?.newcomer) return { ok: false, reason: 'decided already' };
  if (!pair.deciding) {
    // First: a night that has read the marks already is found at work.
    await forgetStand(account);
    if (await isSyncing(account)) return { ok: false, reason: 'sync is running' };
    if (await Contact.exists({ _id: pair.candidate, account, merging: { $exists: true } }))
      return { ok: false, reason: 'another merge' };
    const tied = await Contact.find({ account, 'relations.student': pair.newcomer.id }, { _id: 1 }).lean();
    const deciding = { as, by: user, at: now(), family: tied.map(({ _id }) => _id) };
    const claimed = await Duplicate.updateOne(
      { _id: id, state: 'open', deciding: { $exists: false }, 'newcomer.hash': pair.newcomer.hash },
      { $set: { deciding } },
    );
    if (claimed.modifiedCount === 0) return { ok: false, reason: 'decided already' };
  }
  const claimed = await Duplicate.findOne({ _id: id, account, state: 'open' }).lean();
  if (claimed?.deciding?.as !== as) return { ok: false, reason: 'decided already' };
  await finishDecision(claimed);
  return { ok: true };
}

/** The next sync reads everything and looks at all classes: what the source said of somebody in doubt was not taken. */
export async function forgetStand(account: Types.ObjectId): Promise<void> {
  await Account.updateOne(
    { _id: account, clever: { $exists: true } },
    { $unset: { 'clever.cursor': 1 }, $set: { 'clever.refreshing': 'decision' } },
  );
}
