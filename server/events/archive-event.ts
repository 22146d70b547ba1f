import { recordAudit } from '../audit/record-audit.js';
import type { AuditAction } from '../audit/say-action.js';
import type { Deps } from '../deps.js';
import { Event } from '../models/event.js';
import { stopSync } from '../sync/runs/stop-sync.js';
import type { Actor } from '../web/actor.js';
import { withoutWindow } from './open-booking.js';

/**
 * Archives an event: booking closes, the nightly sync is turned off, and a running sync is asked to stop. Nothing is deleted.
 * @returns false if it was archived already
 */
export async function archiveEvent(deps: Pick<Deps, 'now'>, actor: Actor, event: Event): Promise<boolean> {
  const { set, unset } = withoutWindow(event, deps.now());
  const result = await Event.updateOne(
    { _id: event._id, account: actor.account, status: 'active' },
    { $set: { status: 'archived', ...set }, ...(unset ? { $unset: unset } : {}) },
  );
  if (result.matchedCount === 0) return false;
  await stopSync(deps, { account: actor.account, events: [event._id], by: actor.user });
  await audit(actor, event, 'archive event', deps.now());
  return true;
}

/** Takes an event out of the archive. Its sync and booking stay off until somebody turns them on. */
export async function bringBackEvent(actor: Actor, event: Event, now: Date): Promise<boolean> {
  const result = await Event.updateOne(
    { _id: event._id, account: actor.account, status: 'archived' },
    { $set: { status: 'active' } },
  );
  if (result.matchedCount === 0) return false;
  await audit(actor, event, 'bring back event', now);
  return true;
}

function audit(actor: Actor, event: Event, action: AuditAction, at: Date): Promise<void> {
  return recordAudit({ account: actor.account, event: event._id, user: actor.user, action, at });
}
