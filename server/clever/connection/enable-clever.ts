import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { AuditAction } from '../../audit/say-action.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { School } from '../../models/school.js';
import type { Actor } from '../../web/actor.js';
import { enableBlockers } from './policy.js';

export type Enabled =
  | { ok: true }
  | { ok: false; reason: 'not ready'; reasons: string[] }
  /** Roster files are on, or gave the stored record ids: a person has to start the change of source. */
  | { ok: false; reason: 'files' };

/** Turns Clever on for the account, unless something prevents it (`enableBlockers`). */
export async function enableClever(deps: Deps, actor: Actor): Promise<Enabled> {
  const { account } = actor;
  const reasons = await findEnableBlockers(account);
  if (reasons.length > 0) return { ok: false, reason: 'not ready', reasons };
  const found = await Account.findById(account, { clever: 1, files: 1, recordsOf: 1, switching: 1 }).lean();
  if (found && isOfFiles(found)) return { ok: false, reason: 'files' };
  const enabled = await Account.updateOne(
    {
      _id: account,
      'clever.districtId': found?.clever?.districtId,
      'clever.approval': 'approved',
      'clever.enabled': false,
      'files.on': { $ne: true },
      switching: { $exists: false },
    },
    { $set: { 'clever.enabled': true, 'clever.enabledAt': deps.now() } },
  );
  if (enabled.matchedCount > 0) await note(deps, actor, 'enable clever', {});
  else if (!found?.clever?.enabled)
    return {
      ok: false,
      reason: 'not ready',
      reasons: ['Somebody else changed the set-up a moment ago. Check it again.'],
    };
  return { ok: true };
}

/** Why the account's Clever cannot be enabled yet, as sentences; empty when it can. */
export async function findEnableBlockers(account: Types.ObjectId): Promise<string[]> {
  const found = await Account.findById(account, { clever: 1 }).lean();
  const matched = await School.countDocuments({ account, 'clever.id': { $type: 'string' } });
  return enableBlockers(found?.clever, matched);
}

/** Clever and roster files are never on at once, as changing from one to the other clears record ids. */
function isOfFiles({ files, recordsOf, switching }: Account): boolean {
  return files?.on === true || switching !== undefined || (recordsOf !== undefined && recordsOf !== 'clever');
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
  action: AuditAction,
  detail: Record<string, unknown>,
): Promise<void> {
  await recordAudit({ account: actor.account, user: actor.user, action, detail, at: deps.now() });
}
