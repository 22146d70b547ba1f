import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { finishAppointment } from '../booking/finish-appointment.js';
import { bookPlanned } from '../claims/leave-plan.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Plan } from '../models/plan.js';
import { eachOf } from '../web/each-of.js';
import { tellPlan } from './tell-plan.js';

/** Books the rest of a decided plan, and tells the family once about all of it. Every part may be repeated, also by two at once. */
export async function finishPlan(deps: Deps, id: Types.ObjectId): Promise<void> {
  const plan = await Plan.findOne({ _id: id, state: 'booking' }).lean();
  if (!plan) return;
  for (const meeting of plan.appointments) await bookPlanned(plan, meeting);
  for (const meeting of plan.appointments) await finishAppointment(deps, meeting);
  await audit(plan, await becameBooked(plan));
  await tellPlan(deps, plan);
  await Plan.updateOne(
    { _id: id, state: 'booking' },
    { $set: { state: 'booked' }, $unset: { open: 1, agreed: 1, answers: 1, typed: 1 } },
  );
}

/** The meetings of a decided plan that were booked, whatever became of them since. */
async function becameBooked({ appointments }: Plan): Promise<Types.ObjectId[]> {
  const booked = await Appointment.find(
    { _id: { $in: appointments }, state: { $nin: ['pending', 'expired'] } },
    { _id: 1 },
  ).lean();
  return appointments.filter((id) => booked.some(({ _id }) => _id.equals(id)));
}

/** How many of a plan's meetings are booked, and how many were wanted. */
export async function countBooked(id: Types.ObjectId): Promise<{ count: number; wanted: number }> {
  const appointments = (await Plan.findById(id, { appointments: 1 }).lean())?.appointments ?? [];
  const count = await Appointment.countDocuments({
    _id: { $in: appointments },
    state: { $in: LIVING_STATES },
  });
  return { count, wanted: appointments.length };
}

/** Finishes the plans that dead processes left. */
export async function finishPlans(deps: Deps, stopping: AbortSignal): Promise<void> {
  const decided = await Plan.find({ state: 'booking' }, { _id: 1 }).lean();
  await eachOf(decided, stopping, ({ _id }) => finishPlan(deps, _id));
}

async function audit(
  { _id, account, event, user, decidedAt }: Plan,
  booked: Types.ObjectId[],
): Promise<void> {
  if (booked.length === 0) return;
  await recordAudit({
    _id,
    account,
    event,
    user,
    action: 'book appointment',
    targets: booked,
    detail: { by: 'household' },
    at: decidedAt ?? new Date(),
  }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
}
