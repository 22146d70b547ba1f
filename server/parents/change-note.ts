import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Family } from './load-conference.js';

/**
 * Changes only what a family wrote for the teacher.
 * @returns false where the meeting is over or was canceled
 */
export async function changeNote(
  deps: Deps,
  { event, household, actor }: Family,
  id: Types.ObjectId,
  note: string,
): Promise<boolean> {
  const now = deps.now();
  if (event.status === 'archived') return false;
  const changed = await Appointment.findOneAndUpdate(
    { _id: id, event: event._id, household: household._id, state: { $in: LIVING_STATES }, to: { $gt: now } },
    { $set: { note } },
  ).lean();
  if (!changed) return false;
  // The audit does not get the note's text.
  if (changed.note !== note)
    await recordAudit({
      account: event.account,
      event: event._id,
      user: actor.user,
      action: 'change note',
      targets: [id],
      detail: { by: 'household' },
      at: now,
    });
  return true;
}
