import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Event } from '../../models/event.js';
import type { Actor } from '../../web/actor.js';
import { countContents, findUntold, isSyncing } from './count-contents.js';

/**
 * Deletes an event for good: from now on nobody sees it or books in it, and a job deletes its contents. Doing it twice changes nothing.
 * Refused while a sync of it runs or waits, and while families haven't been told of a move.
 */
export async function startDeletion(
  deps: Deps,
  actor: Actor,
  event: Pick<Event, '_id' | 'account' | 'status'>,
): Promise<{ ok: true } | { ok: false; reason: 'syncing' | 'families untold' }> {
  if (await isSyncing(event._id)) return { ok: false, reason: 'syncing' };
  if (await findUntold(event._id)) return { ok: false, reason: 'families untold' };
  const contents = await countContents(event, deps.now());
  const { modifiedCount } = await Event.updateOne(
    { _id: event._id, account: actor.account, status: event.status },
    { $set: { status: 'deleted', 'booking.closesAt': deps.now() } },
  );
  if (modifiedCount > 0)
    await recordAudit({
      account: actor.account,
      event: event._id,
      user: actor.user,
      action: 'delete event',
      detail: { ...contents },
      at: deps.now(),
    });
  await deps.queue.add('delete-events', 'all');
  return { ok: true };
}
