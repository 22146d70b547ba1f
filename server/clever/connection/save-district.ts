import type { Types } from 'mongoose';
import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account } from '../../models/account.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { School } from '../../models/school.js';
import type { Actor } from '../../web/actor.js';

export type SavedDistrict =
  | { ok: true; changed: boolean }
  | { ok: false; reason: 'enabled' | 'district taken' | 'changed meanwhile' }
  | { ok: false; reason: 'clears matches'; matches: number };

/** Students and teachers are what conferences need; who else comes is the school's choice. */
const KINDS = { students: true, teachers: true, staff: false, contacts: false };

/** Whether the account has a district. */
export async function hasDistrict(account: Types.ObjectId): Promise<boolean> {
  return (await Account.exists({ _id: account, 'clever.districtId': { $exists: true } })) !== null;
}

/**
 * Saves the account's district. Another id is another district's data: matches are cleared (`sure` is asked first) and a district token is
 * dropped; refused while Clever is enabled.
 */
export async function saveDistrict(
  deps: Deps,
  actor: Actor,
  districtId: string,
  sure: boolean,
): Promise<SavedDistrict> {
  const account = await Account.findById(actor.account, { clever: 1 }).lean();
  const before = account?.clever;
  if (before?.districtId === districtId) return { ok: true, changed: false };
  if (before?.enabled) return { ok: false, reason: 'enabled' };
  const matched = { account: actor.account, 'clever.id': { $type: 'string' as const } };
  const matches = await School.countDocuments(matched);
  if (matches > 0 && !sure) return { ok: false, reason: 'clears matches', matches };

  const fresh = {
    districtId,
    approval: 'unknown',
    enabled: false,
    schools: [],
    kinds: before?.kinds ?? KINDS,
  };
  const kept =
    before?.credentials && before.credentials.kind !== 'token'
      ? { credentials: before.credentials, credentialsAt: before.credentialsAt }
      : {};
  const asFound = before
    ? { 'clever.districtId': before.districtId, 'clever.enabled': false }
    : { clever: { $exists: false } };
  try {
    const saved = await Account.updateOne(
      { _id: actor.account, ...asFound },
      { $set: { clever: { ...fresh, ...kept } } },
    );
    if (saved.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  } catch (error) {
    if (isDuplicateKey(error)) return { ok: false, reason: 'district taken' };
    throw error;
  }
  if (matches > 0) await School.updateMany(matched, { $unset: { clever: 1, synced: 1 } });
  await recordAudit({
    account: actor.account,
    user: actor.user,
    action: 'save clever district',
    detail: { matchesCleared: matches },
    changes: changesOf({ districtId: before?.districtId }, { districtId }),
    at: deps.now(),
  });
  return { ok: true, changed: true };
}
