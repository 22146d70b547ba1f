import { changesOf } from '../audit/compare-values.js';
import { recordAudit } from '../audit/record-audit.js';
import { asRead } from '../models/as-read.js';
import { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';

/**
 * Sets where a slot's video meetings are; '' means the teacher's link.
 * @param slot as it was read; false if somebody has changed it since
 */
export async function changeLink(
  actor: Actor,
  slot: Pick<Slot, '_id' | 'account' | 'event' | 'link'>,
  link: string,
  now: Date,
): Promise<boolean> {
  const { _id, account, event } = slot;
  const saved = await Slot.updateOne(
    { _id, account: actor.account, ...asRead({ link: slot.link }) },
    { $set: { link } },
  );
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    ...{ account, event, user: actor.user, action: 'change link', targets: [_id], at: now },
    changes: changesOf({ link: slot.link }, { link }),
  });
  return true;
}
