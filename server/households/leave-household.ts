import { Types } from 'mongoose';
import { reconcileClaims } from '../booking/reconcile-claims.js';
import { withoutAdult } from '../booking/drop-adult.js';
import type { Deps } from '../deps.js';
import { asRead } from '../models/as-read.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Diary } from '../models/diary.js';
import { Household } from '../models/household.js';
import { HouseholdChange } from '../models/household-change.js';
import { decideChange } from './decide-change.js';
import { moveAppointments } from './move-appointments.js';
import { moveWishes, splitWishes } from './move-wishes.js';
import { childrenOf, goingWith } from './split-household.js';
import { auditOnce } from './record-once.js';
import { tellChange } from './tell-change.js';

/**
 * Decides that an adult leaves a household of several: from then on they do, whatever dies. `goingWith` says which meetings go along; the
 * others stay.
 * @returns false where they are in no such household, or something else is under way with them or with it
 */
export async function leaveHousehold(
  deps: Deps,
  household: Household,
  { adult, ...decided }: Pick<HouseholdChange, 'by' | 'event' | 'bySchool'> & { adult: Types.ObjectId },
): Promise<boolean> {
  const isThere = household.adults.some((id) => id.equals(adult));
  if (!isThere || household.adults.length < 2) return false;
  const change = {
    ...decided,
    ...{ account: household.account, household: household._id, adult },
    ...{ kind: 'leave' as const, fresh: new Types.ObjectId() },
    ...{ children: childrenOf(household, adult), touches: [household._id] },
  };
  return decideChange(deps, change, finishLeave);
}

/**
 * Does what was decided. Every step may be done again, also by two at once:
 * 1. make the adult's new household, which is nobody's yet · 2. move there what goes along
 * 3. take the adult and their children out of the old one · 4. give the new one to the adult
 */
export async function finishLeave(deps: Deps, id: Types.ObjectId): Promise<void> {
  const change = await HouseholdChange.findOne({ _id: id, kind: 'leave', state: 'accepted' }).lean();
  if (!change?.adult || !change.fresh) return;
  const { account, household: from, adult, fresh, children = [] } = change;
  const old = await Household.findById(from).lean();
  await makeFresh(deps, change, fresh, old);
  const own = old ? goingWith(old, adult, children) : {};
  await moveAppointments(deps, from, fresh, own);
  if (old) await splitWishes(old, fresh, adult, children, deps.now());
  await takeOut(from, adult);
  // What a request that was under way has booked there meanwhile.
  await moveAppointments(deps, from, fresh, own);
  await keepTaken(from, fresh);
  await freeGoer(from, adult);
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

/** Whom the school took away until the adult was out of the old household is taken away in the new one too. */
async function keepTaken(from: Types.ObjectId, fresh: Types.ObjectId): Promise<void> {
  const old = await Household.findById(from, { removed: 1 }).lean();
  for (const removed of old?.removed ?? [])
    await Household.updateOne(
      { _id: fresh, 'removed.student': { $ne: removed.student } },
      { $pull: { children: { student: removed.student } }, $push: { removed } },
    );
}

/** To what stays, and the adult was to go to alone, all who stay go: nobody else sees who could. */
async function freeGoer(household: Types.ObjectId, adult: Types.ObjectId): Promise<void> {
  const theirs = { household, goer: adult };
  for (const { goer: _goer, ...item } of await Appointment.find(theirs).lean()) {
    if (LIVING_STATES.includes(item.state)) await reconcileClaims([item]);
    await Diary.updateMany(
      { 'busy.appointment': item._id },
      { $unset: { 'busy.$[own].who': 1 } },
      { arrayFilters: [{ 'own.appointment': item._id }] },
    );
    await Appointment.updateOne({ _id: item._id, ...theirs }, { $unset: { goer: 1 } });
  }
}

async function makeFresh(
  deps: Deps,
  { account, children = [] }: HouseholdChange,
  _id: Types.ObjectId,
  old: Household | null,
): Promise<void> {
  try {
    await Household.create({
      ...{ _id, account, createdAt: deps.now() },
      children: children.filter(({ student }) => !old?.removed?.some((one) => one.student.equals(student))),
      // A household keeps an adult: an id that is nobody's, for now.
      adults: [new Types.ObjectId()],
      ...(old?.removed ? { removed: old.removed } : {}),
      ...(old?.interpreter ? { interpreter: old.interpreter } : {}),
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
    const { children, brought } = withoutAdult(old, adult);
    const left = await Household.updateOne(
      { _id: from, adults: adult, ...asRead({ children: old.children, brought: old.brought }) },
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
      await moveWishes(fresh, given._id, deps.now());
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
