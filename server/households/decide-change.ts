import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { HouseholdChange } from '../models/household-change.js';
import { RECORD_MS } from './policy.js';

/**
 * Decides a change of a household, and does it: from then on it happens, whatever dies.
 * @param finish does what was decided, and may be done again
 * @returns false where something else is under way with the adult or one of the households
 */
export async function decideChange(
  deps: Deps,
  decided: Omit<HouseholdChange, '_id' | 'state' | 'createdAt' | 'expiresAt'>,
  finish: (deps: Deps, id: Types.ObjectId) => Promise<void>,
): Promise<boolean> {
  const now = deps.now();
  try {
    const { _id } = await HouseholdChange.create({
      ...decided,
      ...{ state: 'accepted', createdAt: now, expiresAt: new Date(now.getTime() + RECORD_MS) },
    });
    await finish(deps, _id);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}
