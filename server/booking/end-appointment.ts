import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { cancelAppointment } from './cancel-appointment.js';
import { endHold } from '../claims/check-holder.js';
import { finishAppointment } from './finish-appointment.js';

/**
 * Ends an appointment for the school: a hold ends, a booking is canceled with the school's notice to the family. If it has ended before,
 * the follow-up is completed where a process died.
 */
export function endAppointment(deps: Deps) {
  return async (
    { _id, account, state }: Pick<Appointment, '_id' | 'account' | 'state'>,
    user: Types.ObjectId,
  ): Promise<void> => {
    if (state !== 'pending' || !(await endHold(_id, 'hold ended')))
      await cancelAppointment(deps, { appointment: { _id, account }, by: 'school', actor: { user } });
    await finishAppointment(deps, _id);
  };
}
