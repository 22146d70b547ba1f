import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { Class } from '../models/class.js';
import type { Event } from '../models/event.js';
import type { Actor } from '../web/actor.js';

export interface Deletion {
  /** The audit entry by which the deletion is undone. */
  entry: Types.ObjectId;
  ids: Types.ObjectId[];
  imported: number;
  byHand: number;
  /** Appointments that became problems. */
  problems: number;
}

/**
 * Deletes classes from an event. Each leaves a tombstone with its edits, so that undo restores it as it was; the next sync restores
 * imported ones without their edits. Their appointments stay and become problems.
 * Classes that somebody else deleted meanwhile do not count, and a repetition does no harm.
 */
export async function deleteClasses(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  asked: Types.ObjectId[],
): Promise<Deletion> {
  const at = deps.now();
  const scope = { account: event.account, event: event._id };
  await Class.updateMany(
    { _id: { $in: asked }, ...scope, status: 'active' },
    { $set: { status: 'deleted', deletedAt: at } },
  );
  const deleted = await Class.find(
    { _id: { $in: asked }, ...scope, status: 'deleted' },
    { section: 1, deletedAt: 1 },
  ).lean();
  // This includes appointments of a deletion that was cut off between these two steps, but not those that somebody decided to keep.
  const { modifiedCount: problems } = await Appointment.updateMany(
    {
      ...scope,
      class: { $in: deleted.map((item) => item._id) },
      state: 'booked',
      'kept.code': { $ne: 'class deleted' },
    },
    { $set: { state: 'problem', problem: { code: 'class deleted' } } },
  );

  const mine = deleted.filter((item) => item.deletedAt?.getTime() === at.getTime());
  const imported = mine.filter((item) => item.section !== undefined).length;
  const ids = mine.map((item) => item._id);
  const entry = new Types.ObjectId();
  if (ids.length > 0 || problems > 0)
    await recordAudit({
      _id: entry,
      ...scope,
      user: actor.user,
      action: 'delete class',
      targets: ids,
      detail: { classes: ids.length, problems },
      at,
    });
  return { entry, ids, imported, byHand: ids.length - imported, problems };
}
