import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { SlotMove } from '../models/slot-move.js';
import type { Actor } from '../web/actor.js';

/**
 * Undoes a move as long as nobody was told.
 * @returns false if it is too late, or if it was undone already
 */
export async function undoMove(deps: Deps, actor: Actor, move: SlotMove): Promise<boolean> {
  const undone = await SlotMove.updateOne(
    { _id: move._id, account: move.account, state: 'waiting', tellAt: { $gt: deps.now() } },
    { $set: { state: 'undoing' } },
  );
  if (undone.modifiedCount === 0) return false;
  await recordAudit({
    ...{ account: move.account, event: move.event, user: actor.user, at: deps.now() },
    action: 'undo move',
    targets: [move._id],
  });
  await deps.queue.add('move-slots', move._id.toHexString());
  return true;
}
