import { tellMany } from '../meetings/tell-many.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Plan } from '../models/plan.js';

/** Mails the adults of a household once about all meetings of a plan, with one calendar file. Repeating the call queues nothing twice. */
export async function tellPlan(deps: Deps, plan: Plan): Promise<void> {
  const booked = await Appointment.find({ _id: { $in: plan.appointments }, state: { $in: LIVING_STATES } })
    .sort({ from: 1 })
    .lean();
  await tellMany(deps, plan, booked, 'plan', ['plan', String(plan._id)].join(':'));
}
