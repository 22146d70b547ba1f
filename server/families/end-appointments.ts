import type { Types } from 'mongoose';
import { cancelAppointment } from '../booking/cancel-appointment.js';
import { endHold } from '../booking/check-holder.js';
import { finishAppointment } from '../booking/finish-appointment.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Household } from '../models/household.js';
import type { Actor } from '../web/actor.js';

type Which = Pick<Household, '_id'> & { student?: Types.ObjectId; event?: Types.ObjectId | undefined };

const filterOf = ({ _id, student, event }: Which) => ({
  household: _id,
  ...(student ? { students: student } : {}),
  ...(event ? { event } : {}),
});

/** Ends a household's holds, so that a request under way cannot book them any more. */
export async function endHolds(deps: Deps, which: Which): Promise<void> {
  const held = await Appointment.find({ ...filterOf(which), state: 'pending' }, { _id: 1 }).lean();
  for (const { _id } of held) if (await endHold(_id, 'hold ended')) await finishAppointment(deps, _id);
}

/**
 * Cancels future appointments for the school, with notices.
 * @returns how many
 */
export async function cancelComing(deps: Deps, actor: Actor, which: Which): Promise<number> {
  const coming = await Appointment.find(
    { ...filterOf(which), state: { $in: LIVING_STATES }, from: { $gt: deps.now() } },
    { account: 1 },
  ).lean();
  let canceled = 0;
  for (const { _id, account } of coming) {
    const done = await cancelAppointment(deps, { appointment: { _id, account }, by: 'school', actor });
    if (done.ok && !done.before) canceled += 1;
  }
  return canceled;
}
