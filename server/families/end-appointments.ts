import { cancelAppointment } from '../booking/cancel-appointment.js';
import { filterOf, type Which } from '../booking/end-holds.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Actor } from '../web/actor.js';

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
