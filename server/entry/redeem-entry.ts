import { claimLogin, type Claimed } from '../accounts/claim-login.js';
import type { ClearHouseholds } from '../accounts/choose-password.js';
import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import { OneTimeLink } from '../models/one-time-link.js';
import { joinSchool } from '../parents/register-parent.js';
import type { Entry } from './find-entry.js';

export interface Redeemer {
  name: string;
  language: string;
  account?: Account | undefined;
  /** They also know the password with which the address was registered, or are logged in with it. */
  knowsPassword: boolean;
}

/**
 * Uses a link up, and readies the login of its address. Of two at once one gets it. Whoever is cut off here finds the link used, and gets a
 * new one with one press.
 * @returns undefined where somebody else was quicker or it is over
 */
export async function redeemEntry(
  deps: Deps,
  clear: ClearHouseholds,
  { _id, email, name = '' }: Entry,
  redeemer: Redeemer,
): Promise<(Claimed & { link: OneTimeLink }) | undefined> {
  const now = deps.now();
  const link = await OneTimeLink.findOneAndUpdate(
    { _id, kind: 'log in', usedAt: { $exists: false }, until: { $gt: now } },
    { $set: { usedAt: now }, $unset: { proof: 1, asker: 1, name: 1 } },
  ).lean();
  if (!link) return undefined;
  const { account, ...opener } = redeemer;
  const claimed = await claimLogin(deps, clear, {
    ...opener,
    email,
    name: redeemer.name || name,
    account: account?._id,
  });
  if (!claimed) return undefined;
  if (account) await joinSchool(claimed.user._id, account._id);
  return { ...claimed, link };
}
