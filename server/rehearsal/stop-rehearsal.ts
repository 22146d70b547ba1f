import { recordAudit } from '../audit/record-audit.js';
import { Rehearsal } from '../models/rehearsal.js';
import type { Actor } from '../web/actor.js';

/**
 * Ends a rehearsal early: a waiting one at once, a running one when its worker next looks.
 * @returns false if it is over
 */
export async function stopRehearsal(
  actor: Actor,
  { _id, account, event }: Pick<Rehearsal, '_id' | 'account' | 'event'>,
  now: Date,
): Promise<boolean> {
  const ended = await Rehearsal.updateOne(
    { _id, account, state: 'waiting' },
    { $set: { state: 'stopped', why: 'asked', endedAt: now }, $unset: { open: 1 } },
  );
  const asked =
    ended.modifiedCount > 0
      ? ended
      : await Rehearsal.updateOne({ _id, account, state: 'running' }, { $set: { stopping: true } });
  if (asked.matchedCount === 0) return false;
  if (asked.modifiedCount > 0)
    await recordAudit({
      ...{ account, event, user: actor.user, at: now, targets: [_id] },
      action: 'stop rehearsal',
    });
  return true;
}
