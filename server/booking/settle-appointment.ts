import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { releaseClaims } from './release-claims.js';
import { tellHousehold } from './tell-household.js';

/**
 * Does what follows from an appointment that was booked or has ended: cancels the one it replaces, frees claims, mails the family.
 * The deciding update left `unfinished` on it, so that a job does it where the process died; every part may be done twice.
 */
export async function settleAppointment(deps: Deps, id: Types.ObjectId): Promise<void> {
  const appointment = await Appointment.findOne({ _id: id, unfinished: true }).lean();
  if (!appointment) return;
  if (LIVING_STATES.includes(appointment.state)) {
    if (appointment.replaces) await cancelReplaced(deps, appointment.replaces);
    await tellHousehold(deps, appointment, appointment.replaces ? 'changed' : 'booked');
  } else {
    await releaseClaims(id, deps.now());
    if (appointment.state === 'cancelled' && appointment.cancelledBy !== 'change')
      await tellHousehold(deps, appointment, 'cancelled');
  }
  await Appointment.updateOne({ _id: id, state: appointment.state }, { $unset: { unfinished: 1 } });
}

/** Only after the new one is booked: who stops in between has both for a moment, and never neither. */
async function cancelReplaced(deps: Deps, replaced: Types.ObjectId): Promise<void> {
  await Appointment.updateOne(
    { _id: replaced, state: { $in: LIVING_STATES } },
    { $set: { state: 'cancelled', cancelledAt: deps.now(), cancelledBy: 'change', unfinished: true } },
  );
  await settleAppointment(deps, replaced);
}
