import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { Class } from '../models/class.js';
import type { Event } from '../models/event.js';
import type { Actor } from '../web/actor.js';

export interface Restoration {
  classes: number;
  /** Appointments that are no longer problems. */
  appointments: number;
}

/**
 * Restores deleted classes with their edits, and books their appointments again: exactly those that the deletion made problems. A class
 * that a sync restored meanwhile stays as the sync made it.
 * @param deletedAt only what was deleted at that moment
 */
export async function restoreClasses(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  asked: Types.ObjectId[],
  deletedAt?: Date,
): Promise<Restoration> {
  const scope = { account: event.account, event: event._id };
  const { modifiedCount: classes } = await Class.updateMany(
    { _id: { $in: asked }, ...scope, status: 'deleted', ...(deletedAt ? { deletedAt } : {}) },
    { $set: { status: 'active' }, $unset: { deletedAt: 1 } },
  );
  const back = await Class.find({ _id: { $in: asked }, ...scope, status: 'active' }, { _id: 1 }).lean();
  const { modifiedCount: appointments } = await Appointment.updateMany(
    {
      ...scope,
      class: { $in: back.map((item) => item._id) },
      state: 'problem',
      'problem.code': 'class deleted',
    },
    { $set: { state: 'booked' }, $unset: { problem: 1 } },
  );
  if (classes > 0 || appointments > 0)
    await recordAudit({
      ...scope,
      user: actor.user,
      action: 'restore class',
      targets: back.map((item) => item._id),
      detail: { classes, appointments },
      at: deps.now(),
    });
  return { classes, appointments };
}
