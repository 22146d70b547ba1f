import { Account } from '../models/account.js';
import type { CleverFault } from '../models/clever-fault.js';

type Asked = Pick<Account, '_id' | 'clever'>;

/** Notes that Clever did not accept the saved access (401), so that no page calls it approved. */
export async function recordRefusal({ _id, clever }: Asked, fault: CleverFault): Promise<void> {
  await Account.updateOne(
    { _id, ...sameAccess(clever) },
    { $set: { 'clever.approval': 'refused', 'clever.fault': fault } },
  );
}

/** Notes that the district was read by an access that Clever had refused before. */
export async function recordAcceptance({ _id, clever }: Asked): Promise<void> {
  await Account.updateOne(
    { _id, ...sameAccess(clever), 'clever.approval': 'refused' },
    { $set: { 'clever.approval': 'approved' }, $unset: { 'clever.fault': 1 } },
  );
}

/** Only of what was asked with: the district or the access may have been changed meanwhile. */
function sameAccess(clever: Account['clever']) {
  return {
    'clever.districtId': clever?.districtId ?? null,
    'clever.credentialsAt': clever?.credentialsAt ?? null,
  };
}
