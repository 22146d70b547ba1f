import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { School } from '../../models/school.js';
import type { Actor } from '../../web/actor.js';
import { enableBlockers } from './policy.js';

export type Enabled = { ok: true } | { ok: false; reasons: string[] };

/** Turns Clever on for the account, when nothing stands against it any more (`enableBlockers`). */
export async function enableClever(deps: Deps, actor: Actor): Promise<Enabled> {
  const { account } = actor;
  const found = await Account.findById(account, { clever: 1 }).lean();
  const matched = await School.countDocuments({ account, 'clever.id': { $type: 'string' } });
  const reasons = enableBlockers(found?.clever, matched);
  if (reasons.length > 0) return { ok: false, reasons };
  const enabled = await Account.updateOne(
    {
      _id: account,
      'clever.districtId': found?.clever?.districtId,
      'clever.approval': 'approved',
      'clever.enabled': false,
    },
    { $set: { 'clever.enabled': true, 'clever.enabledAt': deps.now() } },
  );
  if (enabled.matchedCount > 0) await note(deps, actor, 'enable clever', { matched });
  else if (!found?.clever?.enabled)
    return { ok: false, reasons: ['The set-up was changed meanwhile. Look at it again.'] };
  return { ok: true };
}

/** Turns Clever off. What was imported stays as it is. */
export async function disableClever(deps: Deps, actor: Actor): Promise<void> {
  const disabled = await Account.updateOne(
    { _id: actor.account, 'clever.enabled': true },
    { $set: { 'clever.enabled': false }, $unset: { 'clever.enabledAt': 1 } },
  );
  if (disabled.matchedCount > 0) await note(deps, actor, 'disable clever', {});
}

async function note(
  deps: Deps,
  actor: Actor,
  action: string,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordAudit({ account: actor.account, user: actor.user, action, detail, at: deps.now() });
}
