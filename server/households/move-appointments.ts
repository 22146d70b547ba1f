import type { QueryFilter } from 'mongoose';
import { moveOne } from '../booking/move-kept.js';
import { endHold } from '../claims/check-holder.js';
import { finishAppointment } from '../booking/finish-appointment.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import type { Household } from '../models/household.js';

/**
 * Moves appointments of one household into another with all that they have taken; holds end. Each goes by itself, and by its household a
 * repetition finds it: this may be cut off anywhere and done again. What clashes there becomes a problem for the school.
 * @param which of those of the first household; all by default
 */
export async function moveAppointments(
  deps: Deps,
  from: Household['_id'],
  to: Household['_id'],
  which: QueryFilter<Appointment> = {},
): Promise<void> {
  const theirs = { $and: [{ household: from }, which] };
  const held = await Appointment.find({ ...theirs, state: 'pending' }, { _id: 1 }).lean();
  for (const { _id } of held) if (await endHold(_id, 'hold ended')) await finishAppointment(deps, _id);
  for (const item of await Appointment.find({ ...theirs, state: { $ne: 'pending' } }).lean())
    await moveOne(item, to, from, deps.now());
}
