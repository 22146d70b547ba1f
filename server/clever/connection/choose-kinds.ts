import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account, type CleverKinds } from '../../models/account.js';
import type { Actor } from '../../web/actor.js';

export type Chosen = { ok: true } | { ok: false; reason: 'none' | 'no district' };

/** Which kinds of people the sync brings; at least one. */
export async function chooseKinds(deps: Deps, actor: Actor, kinds: CleverKinds): Promise<Chosen> {
  if (!Object.values(kinds).includes(true)) return { ok: false, reason: 'none' };
  const saved = await Account.updateOne(
    { _id: actor.account, 'clever.districtId': { $exists: true } },
    { $set: { 'clever.kinds': kinds } },
  );
  if (saved.matchedCount === 0) return { ok: false, reason: 'no district' };
  await recordAudit({
    account: actor.account,
    user: actor.user,
    action: 'choose clever kinds',
    detail: { ...kinds },
    at: deps.now(),
  });
  return { ok: true };
}
