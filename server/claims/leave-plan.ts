import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Plan } from '../models/plan.js';

/**
 * Takes a hold out of its plan, so that it may be ended. If the plan was decided before, the hold counts as booked, and is booked here.
 * @returns whether it may be ended
 */
export async function leavePlan(plan: Types.ObjectId, hold: Types.ObjectId): Promise<boolean> {
  await Plan.updateOne(
    { _id: plan, state: { $in: ['making', 'held'] }, appointments: hold },
    { $pull: { appointments: hold }, $inc: { version: 1 } },
  );
  // A plan that ended without a decision is never decided.
  const decided = await Plan.findOne({ _id: plan, state: 'booking', appointments: hold }).lean();
  if (!decided) return true;
  await bookPlanned(decided, hold);
  return false;
}

/** Books what a login decided in a plan and a dead process did not book, so that pages show what is true. */
export async function bookDecided({
  event,
  user,
}: {
  event: Types.ObjectId;
  user: Types.ObjectId;
}): Promise<void> {
  const decided = await Plan.findOne({ event, user, open: true, state: 'booking' }).lean();
  for (const hold of decided?.appointments ?? []) if (decided) await bookPlanned(decided, hold);
}

/** Books one meeting of a decided plan with what was agreed. May be repeated. */
export async function bookPlanned(
  { agreed = [], answers = [], decidedAt }: Pick<Plan, 'agreed' | 'answers' | 'decidedAt'>,
  hold: Types.ObjectId,
): Promise<void> {
  const mine = agreed.find(({ appointment }) => appointment.equals(hold));
  if (!mine || !decidedAt) throw new Error('A plan was decided without one of its meetings.');
  const { kind, note, class: held } = mine;
  await Appointment.updateOne(
    { _id: hold, state: 'pending' },
    {
      $set: {
        ...{ state: 'booked', kind, note, answers, bookedAt: decidedAt, unfinished: true },
        ...(held ? { class: held } : {}),
      },
      $unset: { expiresAt: 1 },
    },
  );
}
