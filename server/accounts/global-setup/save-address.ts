import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { asRead } from '../../models/as-read.js';
import { School } from '../../models/school.js';
import type { Actor } from '../../web/actor.js';

/**
 * Saves where a school is, as the office says it; '' takes that back, so that what the source says counts again.
 * @param before as it was read
 * @returns false if somebody has changed it since
 */
export async function saveAddress(
  deps: Pick<Deps, 'now'>,
  actor: Pick<Actor, 'account' | 'user'>,
  { _id, address: before }: Pick<School, '_id' | 'address'>,
  address: string,
): Promise<boolean> {
  const { account, user } = actor;
  const saved = await School.updateOne(
    { _id, account, ...asRead({ address: before }) },
    address === '' ? { $unset: { address: 1 } } : { $set: { address } },
  );
  if (saved.matchedCount === 0) return false;
  const changes = changesOf({ address: before ?? '' }, { address });
  if (changes.length > 0)
    await recordAudit({
      ...{ account, user, action: 'change school address', targets: [_id], changes },
      at: deps.now(),
    });
  return true;
}
