import { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Appointment, LIVING_STATES, type Attended } from '../../models/appointment.js';
import { asRead } from '../../models/as-read.js';
import { AuditEntry } from '../../models/audit-entry.js';
import type { Resource } from '../../models/resource.js';
import { inSight } from '../../web/sight.js';
import type { Actor } from '../../web/actor.js';

type Mark = Attended | '';

/** A mark for one appointment, and the mark that the page showed. */
export interface MarkChange {
  id: string;
  from: Mark;
  to: Mark;
}

export interface Marked {
  marked: number;
  /** Left unchanged: somebody else marked them meanwhile, or they no longer take place. */
  stale: number;
  /** The audit entry by which it is undone; absent if nothing changed. */
  entry?: Types.ObjectId;
}

/** Marks who came to a teacher. A mark only replaces the mark that the person saw. */
export async function markAttendance(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  resource: Pick<Resource, '_id' | 'account' | 'event'>,
  asked: MarkChange[],
): Promise<Marked> {
  const changes = asked.filter(({ from, to }) => from !== to);
  const done = await writeMarks(resource, changes);
  if (done.length === 0) return { marked: 0, stale: changes.length };
  const entry = new Types.ObjectId();
  await recordAudit({
    _id: entry,
    account: resource.account,
    event: resource.event,
    user: actor.user,
    action: 'mark attendance',
    targets: done.map(({ id }) => new Types.ObjectId(id)),
    detail: { resource: resource._id.toHexString(), changes: done },
    at: deps.now(),
  });
  return { marked: done.length, stale: changes.length - done.length, entry };
}

/** Undoes marks by their audit entry, except those that somebody changed since. Undefined if it is no such entry. */
export async function undoMarks(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  resource: Pick<Resource, '_id' | 'account' | 'event'>,
  entryId: Types.ObjectId,
): Promise<Marked | undefined> {
  const { account, event } = resource;
  const entry = await AuditEntry.findOne({ _id: entryId, account, event, action: 'mark attendance' }).lean();
  if (entry?.detail.resource !== resource._id.toHexString()) return undefined;
  const changes = entry.detail.changes as MarkChange[];
  const done = await writeMarks(
    resource,
    changes.map(({ id, from, to }) => ({ id, from: to, to: from })),
  );
  if (done.length > 0)
    await recordAudit({
      account,
      event,
      user: actor.user,
      action: 'undo attendance',
      targets: done.map(({ id }) => new Types.ObjectId(id)),
      detail: { marked: done.length },
      at: deps.now(),
    });
  return { marked: done.length, stale: changes.length - done.length };
}

/** @returns those that still had the mark that was seen */
async function writeMarks(
  { _id, account, event }: Pick<Resource, '_id' | 'account' | 'event'>,
  changes: MarkChange[],
): Promise<MarkChange[]> {
  const written = await Promise.all(
    changes.map(async (change) => {
      const seen = asRead({ attended: change.from || undefined });
      const { modifiedCount } = await Appointment.updateOne(
        {
          _id: new Types.ObjectId(change.id),
          account,
          event,
          // Also where they sit in a colleague's slot.
          ...inSight({ resource: { $in: [_id] } }),
          state: { $in: LIVING_STATES },
          ...seen,
        },
        change.to ? { $set: { attended: change.to } } : { $unset: { attended: 1 } },
      );
      return modifiedCount === 1 ? [change] : [];
    }),
  );
  return written.flat();
}
