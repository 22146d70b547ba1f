import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { cancelAppointment } from './cancel-appointment.js';
import { endHold } from '../claims/check-holder.js';
import { finishAppointment } from './finish-appointment.js';

/**
 * Ends an appointment for the school: a hold ends, what is booked is canceled with its notice to the family. Of what has ended before,
 * what follows is done where that was cut off.
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
