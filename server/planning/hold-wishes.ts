import { Types } from 'mongoose';
import { endHold } from '../claims/check-holder.js';
import { holdSlot } from '../booking/hold-slot.js';
import { letLineGoFirst } from '../waitlist/offer-times.js';
import type { Family } from '../parents/load-conference.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { Plan, type PlanWish } from '../models/plan.js';

/** A wish of the plan, and the slot that it is to have. */
export interface Target {
  wish: number;
  slot: Types.ObjectId;
}

/**
 * Takes slots on hold for wishes of a plan. The plan names each hold before it exists, so that whoever ends a hold can take it out.
 * @returns the refusals of slots that could not be had; undefined if the plan is not open any more, and then nothing is taken
 */
export async function holdWishes(
  deps: Deps,
  { event, household, actor }: Family,
  { _id, wishes }: Pick<Plan, '_id' | 'wishes'>,
  targets: Target[],
): Promise<(Target & { reason: Refusal })[] | undefined> {
  const holds = targets.map((target) => ({ ...target, id: new Types.ObjectId() }));
  const named = await Plan.updateOne(
    { _id, state: { $in: ['making', 'held'] } },
    { $push: { appointments: { $each: holds.map(({ id }) => id) } }, $inc: { version: 1 } },
  );
  if (named.matchedCount === 0) return undefined;
  const refused: (Target & { id: Types.ObjectId; reason: Refusal })[] = [];
  // One after another, because all of them are entered in the family's one diary.
  for (const { id, wish, slot } of holds) {
    if (!(await isOpen(_id))) break;
    await letLineGoFirst(deps, event, slot);
    const held = await holdSlot(deps, {
      event,
      slot,
      students: wishes[wish]?.students ?? [],
      household: household._id,
      user: actor.user,
      key: id.toHexString(),
      by: 'household',
      plan: { _id, appointment: id },
    });
    if (!held.ok) refused.push({ id, wish, slot, reason: held.reason });
  }
  // Whoever closed the plan meanwhile ended only the holds that existed then.
  if (!(await isOpen(_id))) {
    await dropHolds(holds.map(({ id }) => id));
    return undefined;
  }
  if (refused.length > 0)
    await Plan.updateOne(
      { _id, state: { $in: ['making', 'held'] } },
      { $pull: { appointments: { $in: refused.map(({ id }) => id) } }, $inc: { version: 1 } },
    );
  return refused;
}

async function isOpen(_id: Types.ObjectId): Promise<boolean> {
  return (await Plan.exists({ _id, state: { $in: ['making', 'held'] } })) !== null;
}

/** The plan's present holds, by their wish. */
export async function findHolds(
  { appointments, wishes }: Pick<Plan, 'appointments' | 'wishes'>,
  now: Date,
): Promise<Map<number, Appointment>> {
  const found = await Appointment.find({
    _id: { $in: appointments },
    state: 'pending',
    expiresAt: { $gt: now },
  }).lean();
  return byWish(wishes, found);
}

/** Matches appointments with wishes: the same teacher, the same children, and the plan's slot. */
export function byWish<T extends Pick<Appointment, 'resource' | 'students' | 'slot'>>(
  wishes: PlanWish[],
  appointments: T[],
): Map<number, T> {
  const found = wishes.flatMap((wish, n): [number, T][] => {
    const mine = appointments.findLast(
      (one) =>
        wish.slot?.equals(one.slot) &&
        String(one.students) === String(wish.students) &&
        wish.resource.equals(one.resource),
    );
    return mine ? [[n, mine]] : [];
  });
  return new Map(found);
}

/** The times of a plan that are not on hold. */
export function missingOf(wishes: PlanWish[], held: Map<number, unknown>): Target[] {
  return wishes.flatMap(({ slot }, wish) => (slot && !held.has(wish) ? [{ wish, slot }] : []));
}

/** When the first of some holds ends, as a field; no field without holds. */
export function firstEnd(held: Map<number, Appointment>): { expiresAt?: Date } {
  const ends = [...held.values()].flatMap(({ expiresAt }) => expiresAt?.getTime() ?? []);
  return ends.length > 0 ? { expiresAt: new Date(Math.min(...ends)) } : {};
}

/** Ends holds of a plan, each taken out of the plan first. */
export async function dropHolds(ids: Types.ObjectId[]): Promise<void> {
  for (const id of ids) await endHold(id, 'hold ended');
}
