import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import type { Household } from '../models/household.js';
import { endHold } from '../claims/check-holder.js';
import { finishAppointment } from './finish-appointment.js';

/** Which appointments of a household: those about one child, those in one event, those that one adult chose, or all. */
export type Which = Pick<Household, '_id'> & {
  student?: Types.ObjectId;
  event?: Types.ObjectId | undefined;
  bookedBy?: Types.ObjectId;
};

export const filterOf = ({ _id, student, event, bookedBy }: Which) => ({
  household: _id,
  ...(student ? { students: student } : {}),
  ...(event ? { event } : {}),
  ...(bookedBy ? { bookedBy } : {}),
});

/** Ends a household's holds, so that no request under way can book them. Holds of a decided plan are booked instead. */
export async function endHolds(deps: Deps, which: Which): Promise<void> {
  const held = await Appointment.find({ ...filterOf(which), state: 'pending' }, { _id: 1 }).lean();
  for (const { _id } of held) if (await endHold(_id, 'hold ended')) await finishAppointment(deps, _id);
}
