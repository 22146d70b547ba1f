import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Slot } from '../models/slot.js';
import { sitBeside } from './find-sitting.js';
import { releaseClaims } from './release-claims.js';
import { leaveSpare } from './change-length.js';
import { tellHousehold } from './tell-household.js';

/**
 * Does what follows from an appointment that was booked or has ended: cancels the one it replaces, frees claims, mails the family.
 * The deciding update left `unfinished` on it, so that a job does it where the process died; every part may be done twice.
 */
export async function finishAppointment(deps: Deps, id: Types.ObjectId): Promise<void> {
  const found = await Appointment.findOne({ _id: id, unfinished: true }).lean();
  if (!found) return;
  const appointment = await followSlot(found);
  const isLiving = LIVING_STATES.includes(appointment.state);
  if (isLiving) {
    await flagDeleted(appointment);
    if (appointment.replaces) await cancelReplaced(deps, appointment.replaces);
    if (appointment.resized) await leaveSpare(appointment, deps.now());
    // Of a plan all are told together, when the whole of it is done.
    if (!appointment.plan)
      await tellHousehold(deps, appointment, appointment.replaces ? 'changed' : 'booked');
  } else {
    await releaseClaims(id, deps.now());
    if (appointment.state === 'cancelled' && appointment.cancelledBy !== 'change')
      await tellHousehold(deps, appointment, 'cancelled');
  }
  const asFound = isLiving ? { $in: LIVING_STATES } : appointment.state;
  await Appointment.updateOne({ _id: id, state: asFound }, { $unset: { unfinished: 1 } });
}

/**
 * Notes who else sits in it now: that may have changed while it was being confirmed, and whoever changed it saw what was booked or held
 * then.
 */
async function followSlot(appointment: Appointment): Promise<Appointment> {
  if (!LIVING_STATES.includes(appointment.state)) return appointment;
  const slots = await Slot.find({ _id: { $in: slotsOf(appointment) } }, { with: 1 }).lean();
  const now = sitBeside(slots);
  const { with: before = [], ...rest } = appointment;
  if (slots.length === 0 || String(before) === String(now)) return appointment;
  const sits = now.length > 0 ? { with: now } : {};
  await Appointment.updateOne({ _id: rest._id }, now.length > 0 ? { $set: sits } : { $unset: { with: 1 } });
  return { ...rest, ...sits };
}

/**
 * Makes it a problem when its class was deleted while it was being confirmed: a deletion marks the class first and then looks for what
 * is booked, so whatever it can't see there is booked already when it is looked at here.
 */
async function flagDeleted({ _id, class: held }: Appointment): Promise<void> {
  if (!held || !(await Class.exists({ _id: held, status: 'deleted' }))) return;
  await Appointment.updateOne(
    { _id, state: 'booked', 'kept.code': { $ne: 'class deleted' } },
    { $set: { state: 'problem', problem: { code: 'class deleted' } } },
  );
}

/** Only after the new one is booked: who stops in between has both for a moment, and never neither. */
async function cancelReplaced(deps: Deps, replaced: Types.ObjectId): Promise<void> {
  await Appointment.updateOne(
    { _id: replaced, state: { $in: LIVING_STATES } },
    { $set: { state: 'cancelled', cancelledAt: deps.now(), cancelledBy: 'change', unfinished: true } },
  );
  await finishAppointment(deps, replaced);
}
