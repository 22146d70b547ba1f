import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { asRead } from '../../models/as-read.js';
import { Account, type CleverKinds } from '../../models/account.js';
import type { Actor } from '../../web/actor.js';

export type Chosen =
  { ok: true } | { ok: false; reason: 'none' | 'no district' } | { ok: false; reason: 'changed meanwhile' };

/**
 * Saves which kinds of people the sync brings; at least one.
 * @param before the stored kinds as they were read: saved only while they are still the same
 */
export async function chooseKinds(
  deps: Deps,
  actor: Actor,
  kinds: CleverKinds,
  before: CleverKinds | undefined,
): Promise<Chosen> {
  if (!Object.values(kinds).includes(true)) return { ok: false, reason: 'none' };
  if (!before) return { ok: false, reason: 'no district' };
  const asFound = Object.entries(before).map(([kind, comes]) => [`clever.kinds.${kind}`, comes] as const);
  const saved = await Account.updateOne(
    { _id: actor.account, 'clever.districtId': { $exists: true }, ...asRead(Object.fromEntries(asFound)) },
    { $set: { 'clever.kinds': kinds } },
  );
  if (saved.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  if (saved.modifiedCount === 0) return { ok: true };
  await recordAudit({
    account: actor.account,
    user: actor.user,
    action: 'choose clever kinds',
    changes: changesOf({ ...before }, { ...kinds }),
    at: deps.now(),
  });
  return { ok: true };
}
