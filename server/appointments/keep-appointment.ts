import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { asRead } from '../models/as-read.js';
import { Appointment } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import type { Actor } from '../web/actor.js';

/**
 * Takes an appointment out of the problem list as it is: it counts as booked again, and the sync does not list it again for the same
 * reason.
 * @returns false if it is no longer a problem
 */
export async function keepAppointment(
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  id: Types.ObjectId,
  now: Date,
): Promise<boolean> {
  const scope = { account: event.account, event: event._id };
  const found = await Appointment.findOne({ _id: id, ...scope, state: 'problem' }, { problem: 1 }).lean();
  if (!found) return false;
  const kept = found.problem ? { kept: found.problem } : {};
  const result = await Appointment.updateOne(
    { _id: id, ...scope, state: 'problem', ...asRead({ 'problem.code': found.problem?.code }) },
    { $set: { state: 'booked', ...kept }, $unset: { problem: 1 } },
  );
  if (result.matchedCount === 0) return false;
  await recordAudit({ ...scope, user: actor.user, action: 'keep appointment', targets: [id], at: now });
  return true;
}
