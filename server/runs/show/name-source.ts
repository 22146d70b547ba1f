import type { Types } from 'mongoose';
import { Account, sourceOf } from '../../models/account.js';

/** What sentences call an account's roster source: "guardians are missing from Clever". */
export async function nameSource(account: Types.ObjectId): Promise<string> {
  const found = await Account.findById(account, { 'clever.enabled': 1, 'files.on': 1 }).lean();
  return found && sourceOf(found) === 'files' ? 'the roster files' : 'Clever';
}
