import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { isUndoable, mayCancel } from './policy.js';
import { finishAppointment } from './finish-appointment.js';

export interface Cancellation {
  appointment: Pick<Appointment, '_id' | 'account'>;
  /** The school may cancel at any time and is told to the family as the one who did. */
  by: 'household' | 'school';
  actor: { user: Types.ObjectId };
  /** The school's words to the family. */
  notice?: string;
  /** The move of slots that cancels it, and tells the family when all is canceled. */
  move?: Types.ObjectId;
}

export interface Canceled {
  ok: true;
  /** What had ended it already. */
  before?: NonNullable<Appointment['cancelledBy']>;
}

/**
 * Cancels a booked appointment by one update; then what it held is free for others and the family is told by mail, unless a move does.
 * Cancelling what is cancelled already is success, and says what ended it: one that was moved lives on at another time, and nobody
 * is told anything. The caller has checked that the actor may see the appointment.
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

  const done = await Appointment.updateOne(
    { _id: found._id, state: { $in: LIVING_STATES } },
    {
      $set: {
        ...{ state: 'cancelled', cancelledAt: now, cancelledBy: by, unfinished: true },
        ...(notice ? { notice } : {}),
        ...(move ? { canceledIn: move } : {}),
      },
    },
  );
  if (done.matchedCount === 0) {
    const meanwhile = await Appointment.findById(found._id).lean();
    return meanwhile?.state === 'cancelled' ? endedBefore(meanwhile) : { ok: false, reason: 'not booked' };
  }
  await recordAudit({
    account: found.account,
    event: found.event,
    user: actor.user,
    action: 'cancel appointment',
    targets: [found._id],
    detail: { by },
    at: now,
  });
  await finishAppointment(deps, found._id);
  return { ok: true };
}

function endedBefore({ cancelledBy }: Pick<Appointment, 'cancelledBy'>): Canceled {
  return { ok: true, ...(cancelledBy ? { before: cancelledBy } : {}) };
}
