import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { AuditEntry } from '../models/audit-entry.js';
import type { Event } from '../models/event.js';
import type { Actor } from '../web/actor.js';
import { restoreClasses } from './restore-classes.js';
import { writeTypes, type TypeChange } from './set-types.js';

export type Undone =
  | { ok: true; what: 'deletion'; classes: number; appointments: number; of: number }
  | { ok: true; what: 'types'; classes: number; of: number }
  | { ok: false; reason: 'nothing to undo' };

/** Undoes one change of the Class Editor by its audit entry: exactly what it changed, unless somebody has changed that since. */
export async function undoChange(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  entryId: Types.ObjectId,
): Promise<Undone> {
  const entry = await AuditEntry.findOne({ _id: entryId, account: event.account, event: event._id }).lean();
  if (entry?.action === 'delete class') {
    const back = await restoreClasses(deps, actor, event, entry.targets, entry.at);
    return { ok: true, what: 'deletion', ...back, of: entry.targets.length };
  }
  if (entry?.action === 'set class type') {
    const made = entry.detail.changes as TypeChange[];
    const classes = await writeTypes(
      event,
      made.map((change) => ({ ...change, from: change.to, to: change.from })),
    );
    if (classes > 0)
      await recordAudit({
        account: event.account,
        event: event._id,
        user: actor.user,
        action: 'undo class type',
        targets: entry.targets,
        detail: { classes },
        at: deps.now(),
      });
    return { ok: true, what: 'types', classes, of: made.length };
  }
  return { ok: false, reason: 'nothing to undo' };
}
