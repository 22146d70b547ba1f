import { Types } from 'mongoose';
import { auditWrite } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { AuditEntry } from '../models/audit-entry.js';
import { Event } from '../models/event.js';
import { writesTo, writeTogether } from '../models/write-together.js';
import { isUndoable, mayCancel } from './policy.js';
import { finishAppointment } from './finish-appointment.js';

export interface Cancellation {
  appointment: Pick<Appointment, '_id' | 'account'>;
  /** The school may cancel at any time. The family is told who canceled. */
  by: 'household' | 'school';
  actor: { user: Types.ObjectId };
  /** The school's words to the family. */
  notice?: string;
  /** The move of slots that cancels it. The move tells the family when all of its appointments are canceled. */
  move?: Types.ObjectId;
}

export interface Canceled {
  ok: true;
  /** What had ended it before. */
  before?: NonNullable<Appointment['cancelledBy']>;
}

/**
 * Cancels a booked appointment by one update, then frees what it held and mails the family, unless a move does that. Canceling a canceled
 * appointment succeeds, mails nobody, and says what ended it, because one that was changed takes place at another time. The caller has
 * checked that the actor may see the appointment.
 */
export async function cancelAppointment(
  deps: Deps,
  { appointment, by, actor, notice, move }: Cancellation,
): Promise<Canceled | { ok: false; reason: 'not booked' | 'too late' }> {
  const found = await Appointment.findOne({ _id: appointment._id, account: appointment.account }).lean();
  if (found?.state === 'cancelled') return endedBefore(found);
  if (!found || !LIVING_STATES.includes(found.state)) return { ok: false, reason: 'not booked' };
  const now = deps.now();
  const isAsked = by === 'household' && !isUndoable(found, now);
  const event = isAsked ? await Event.findById(found.event).lean() : null;
  if (event && !mayCancel(event, found.from, now, by)) return { ok: false, reason: 'too late' };

  const entry = new Types.ObjectId();
  const canceled = {
    ...{ state: 'cancelled' as const, cancelledAt: now, cancelledBy: by, unfinished: true },
    ...(notice ? { notice } : {}),
    ...(move ? { canceledIn: move } : {}),
  };
  const filter = { _id: found._id, state: { $in: LIVING_STATES } };
  // One write with its audit entry, so that a process that dies leaves both or neither.
  const { changed } = await writeTogether([
    ...writesTo<Appointment>(Appointment, [{ updateOne: { filter, update: { $set: canceled } } }]),
    ...auditWrite({
      ...{ _id: entry, account: found.account, event: found.event, user: actor.user },
      ...{ action: 'cancel appointment', targets: [found._id], detail: { by }, at: now },
    }),
  ]);
  if (changed < 2) {
    await AuditEntry.deleteOne({ _id: entry });
    const meanwhile = await Appointment.findById(found._id).lean();
    return meanwhile?.state === 'cancelled' ? endedBefore(meanwhile) : { ok: false, reason: 'not booked' };
  }
  await finishAppointment(deps, found._id);
  return { ok: true };
}

function endedBefore({ cancelledBy }: Pick<Appointment, 'cancelledBy'>): Canceled {
  return { ok: true, ...(cancelledBy ? { before: cancelledBy } : {}) };
}
