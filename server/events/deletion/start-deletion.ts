import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Event } from '../../models/event.js';
import type { Actor } from '../../web/actor.js';
import { countContents, isSyncing } from './count-contents.js';

/**
 * Deletes an event for good: from now on nobody sees it or books in it, and a job deletes its contents. Doing it twice changes nothing.
 * Refused while a sync of it runs or waits.
 */
export async function startDeletion(
  deps: Deps,
  actor: Actor,
  event: Pick<Event, '_id' | 'account' | 'status'>,
): Promise<{ ok: true } | { ok: false; reason: 'syncing' }> {
  if (await isSyncing(event._id)) return { ok: false, reason: 'syncing' };
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
