import { Account } from '../models/account.js';
import type { CleverFault } from '../models/clever-fault.js';

type Asked = Pick<Account, '_id' | 'clever'>;

/** Stores that Clever rejected the saved access (401), so that no page calls it approved. */
export async function recordRefusal({ _id, clever }: Asked, fault: CleverFault): Promise<void> {
  await Account.updateOne(
    { _id, ...sameAccess(clever) },
    { $set: { 'clever.approval': 'refused', 'clever.fault': fault } },
  );
}

/** Stores that the district was read with an access that Clever had rejected before. */
export async function recordAcceptance({ _id, clever }: Asked): Promise<void> {
  await Account.updateOne(
    { _id, ...sameAccess(clever), 'clever.approval': 'refused' },
    { $set: { 'clever.approval': 'approved' }, $unset: { 'clever.fault': 1 } },
  );
}

/** Matches only the district and access that were used, as they may have been changed meanwhile. */
function sameAccess(clever: Account['clever']) {
  return {
    'clever.districtId': clever?.districtId ?? null,
    'clever.credentialsAt': clever?.credentialsAt ?? null,
  };
}
