import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household, type HouseholdChild } from '../models/household.js';
import { HouseholdChange } from '../models/household-change.js';
import { moveAppointments } from './move-appointments.js';
import { RECORD_MS } from './policy.js';
import { auditOnce } from './record-once.js';
import { tellChange } from './tell-change.js';

/** The children whom an adult of a household has by a proof of their own: they go along when the adult leaves. */
export function childrenOf({ children, brought = [] }: Household, adult: Types.ObjectId): HouseholdChild[] {
  return [...children, ...brought].filter((child) => child.adult.equals(adult));
}

/**
 * Decides that an adult leaves a household of several: from then on they do, whatever dies. What they booked goes along; what others booked
 * stays with them.
 * @returns false where they are in no such household, or something else is under way with them
 */
export async function leaveHousehold(
  deps: Deps,
  household: Household,
  { adult, ...decided }: Pick<HouseholdChange, 'by' | 'event' | 'bySchool'> & { adult: Types.ObjectId },
): Promise<boolean> {
  const isThere = household.adults.some((id) => id.equals(adult));
  if (!isThere || household.adults.length < 2) return false;
  const now = deps.now();
  try {
    const { _id } = await HouseholdChange.create({
      ...decided,
      ...{ account: household.account, household: household._id, adult },
      ...{ kind: 'leave', state: 'accepted', fresh: new Types.ObjectId() },
      children: childrenOf(household, adult),
      ...{ createdAt: now, expiresAt: new Date(now.getTime() + RECORD_MS) },
    });
    await finishLeave(deps, _id);
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/**
 * Does what was decided. Every step may be done again, also by two at once:
 * 1. make the adult's new household, which is nobody's yet · 2. move there what the adult booked
 * 3. take the adult and their children out of the old one · 4. give the new one to the adult
 */
export async function finishLeave(deps: Deps, id: Types.ObjectId): Promise<void> {
  const change = await HouseholdChange.findOne({ _id: id, kind: 'leave', state: 'accepted' }).lean();
  if (!change?.adult || !change.fresh) return;
  const { account, household: from, adult, fresh, children = [] } = change;
  const old = await Household.findById(from).lean();
  await makeFresh(deps, change, fresh, old);
  const own = { $or: [{ bookedBy: adult }, bookedForThem(old, adult, children)] };
  await moveAppointments(deps, from, fresh, own);
  await takeOut(from, adult);
  // What a request that was under way has booked there meanwhile.
  await moveAppointments(deps, from, fresh, own);
  await giveTo(deps, account, fresh, adult);
  await tellChange(deps, change);
  await auditOnce({
    _id: id,
    account,
    user: change.by,
    action: 'separate adults',
    targets: [from, adult],
    detail: { by: change.bySchool ? 'school' : 'household' },
    at: deps.now(),
  });
  await HouseholdChange.updateOne({ _id: id, state: 'accepted' }, { $set: { state: 'done' } });
}

/** What the school booked about children who are the adult's alone. */
function bookedForThem(old: Household | null, adult: Types.ObjectId, children: HouseholdChild[]) {
  const others = [...(old?.children ?? []), ...(old?.brought ?? [])].filter(
    (one) => !one.adult.equals(adult),
  );
  const alone = children
    .map(({ student }) => student)
    .filter((student) => !others.some((one) => one.student.equals(student)));
  return { bookedBy: { $nin: old?.adults ?? [] }, students: { $not: { $elemMatch: { $nin: alone } } } };
}

async function makeFresh(
  deps: Deps,
  { account, children = [] }: HouseholdChange,
  _id: Types.ObjectId,
  old: Household | null,
): Promise<void> {
  try {
    await Household.create({
      ...{ _id, account, children, createdAt: deps.now() },
      // A household keeps an adult: an id that is nobody's, for now.
      adults: [new Types.ObjectId()],
      ...(old?.removed ? { removed: old.removed } : {}),
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}

/** Children whom somebody else there has too, by a proof of their own, stay. */
async function takeOut(from: Types.ObjectId, adult: Types.ObjectId): Promise<void> {
  for (;;) {
    const old = await Household.findOne({ _id: from, adults: adult }).lean();
    if (!old) return;
    const stay = (list: HouseholdChild[] = []) => list.filter((child) => !child.adult.equals(adult));
    const children = stay(old.children);
    const brought: HouseholdChild[] = [];
    for (const child of stay(old.brought))
      (children.some(({ student }) => student.equals(child.student)) ? brought : children).push(child);
    const left = await Household.updateOne(
      { _id: from, adults: adult, children: old.children, ...(old.brought ? { brought: old.brought } : {}) },
      { $set: { children, brought }, $pull: { adults: adult } },
    );
    if (left.modifiedCount === 1) return;
  }
}

/** The adult's is the new one, or one that they were given meanwhile, with all of the new one in it. */
async function giveTo(
  deps: Deps,
  account: Types.ObjectId,
  fresh: Types.ObjectId,
  adult: Types.ObjectId,
): Promise<void> {
  for (;;) {
    const given = await Household.findOne({ account, adults: adult }).lean();
    if (given && !given._id.equals(fresh)) {
      const made = await Household.findById(fresh).lean();
      for (const child of made?.children ?? [])
        await Household.updateOne(
          { _id: given._id, 'children.student': { $ne: child.student } },
          { $push: { children: child } },
        );
      await moveAppointments(deps, fresh, given._id);
    }
    if (given) return;
    try {
      await Household.updateOne({ _id: fresh }, { $set: { adults: [adult] } });
      return;
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
    }
  }
}
