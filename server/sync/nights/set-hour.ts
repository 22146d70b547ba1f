import type { Types } from 'mongoose';
import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Event } from '../../models/event.js';

/**
 * Sets the hour of an event's nightly sync, in the account's zone. A night that had its run does not get a second one.
 * @param set.was the hour as it was read; false if somebody has set another since
 */
export async function setHour(
  deps: Pick<Deps, 'now'>,
  set: { account: Types.ObjectId; event: Types.ObjectId; by: Types.ObjectId; hour: number; was: number },
): Promise<boolean> {
  const { account, event, by, hour, was } = set;
  const changed = await Event.updateOne(
    { _id: event, account, 'sync.hour': was },
    { $set: { 'sync.hour': hour } },
  );
  if (changed.modifiedCount > 0)
    await recordAudit({
      account,
      event,
      user: by,
      action: 'set hour of sync',
      changes: changesOf({ hour: was }, { hour }),
      at: deps.now(),
    });
  return changed.matchedCount > 0;
}
