import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Account, type AccountClever } from '../../models/account.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { seal } from '../../seal.js';
import type { Actor } from '../../web/actor.js';
import { hasDistrict } from './save-district.js';
import type { Access } from './schema.js';

export type SavedAccess =
  | { ok: true }
  | { ok: false; reason: 'no district' | 'no application' | 'district taken' | 'changed meanwhile' };

/**
 * Stores how the district is read, sealed. The approval is checked again afterwards.
 * @param seen when the access was saved that the person saw on the page; '' for none
 */
export async function saveAccess(
  deps: Deps,
  actor: Actor,
  access: Access,
  seen?: string,
): Promise<SavedAccess> {
  if (access.kind === 'installation' && !deps.config.clever.application)
    return { ok: false, reason: 'no application' };
  try {
    const saved = await Account.updateOne(
      { _id: actor.account, 'clever.districtId': { $exists: true }, ...savedAt(seen) },
      {
        $set: {
          'clever.credentials': sealed(access, deps.config.appSecret),
          'clever.credentialsAt': deps.now(),
          'clever.approval': 'unknown',
        },
        $unset: { 'clever.checkedAt': 1, 'clever.fault': 1 },
      },
    );
    if (saved.matchedCount === 0) {
      return {
        ok: false,
        reason: (await hasDistrict(actor.account)) ? 'changed meanwhile' : 'no district',
      };
    }
  } catch (error) {
    if (isDuplicateKey(error)) return { ok: false, reason: 'district taken' };
    throw error;
  }
  await recordAudit({
    account: actor.account,
    user: actor.user,
    action: 'save clever access',
    detail: { kind: access.kind },
    at: deps.now(),
  });
  return { ok: true };
}

/** An access that was saved before times were stored counts as none. */
function savedAt(seen: string | undefined) {
  if (seen === undefined) return {};
  return { 'clever.credentialsAt': seen === '' ? { $exists: false } : new Date(seen) };
}

function sealed(access: Access, appSecret: string): NonNullable<AccountClever['credentials']> {
  if (access.kind === 'token') return { kind: 'token', token: seal(access.token, appSecret) };
  if (access.kind === 'installation') return { kind: 'installation' };
  const { clientId, clientSecret } = access;
  return { kind: 'application', clientId, clientSecret: seal(clientSecret, appSecret) };
}
