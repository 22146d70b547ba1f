import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { cancelAppointment } from './cancel-appointment.js';
import { endHold } from '../claims/check-holder.js';
import { finishAppointment } from './finish-appointment.js';

/** Ends a hold, or cancels a booking with the school's notice. Completes what a dead process left of an earlier end. */
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
