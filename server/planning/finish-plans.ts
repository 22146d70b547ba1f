import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { finishAppointment } from '../booking/finish-appointment.js';
import { bookPlanned } from '../booking/leave-plan.js';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Plan } from '../models/plan.js';
import { tellPlan } from './tell-plan.js';

/** Books the rest of a plan that was decided, and tells the family once of all of it. Every part may be done twice, by two at once too. */
export async function finishPlan(deps: Deps, id: Types.ObjectId): Promise<void> {
  const plan = await Plan.findOne({ _id: id, state: 'booking' }).lean();
  if (!plan) return;
  for (const meeting of plan.appointments) await bookPlanned(plan, meeting);
  for (const meeting of plan.appointments) await finishAppointment(deps, meeting);
  await audit(plan);
  await tellPlan(deps, plan);
  await Plan.updateOne(
    { _id: id, state: 'booking' },
    { $set: { state: 'booked' }, $unset: { open: 1, agreed: 1, answers: 1, typed: 1 } },
  );
}

/** Does this for every plan whose process died on the way. */
export async function finishPlans(deps: Deps, stopping: AbortSignal): Promise<void> {
  const decided = await Plan.find({ state: 'booking' }, { _id: 1 }).lean();
  let failed: unknown;
  for (const { _id } of decided) {
    if (stopping.aborted) return;
    // One that fails is left for the next minute and does not hold the others up.
    await finishPlan(deps, _id).catch((error: unknown) => (failed ??= error));
  }
  if (failed) throw failed instanceof Error ? failed : new Error('finishing a plan failed');
}

async function audit({ _id, account, event, user, appointments, decidedAt }: Plan): Promise<void> {
  await recordAudit({
    _id,
    account,
    event,
    user,
    action: 'book appointment',
    targets: appointments,
    detail: { by: 'household' },
    at: decidedAt ?? new Date(),
  }).catch((error: unknown) => {
    if (!isDuplicateKey(error)) throw error;
  });
}
