import { Types } from 'mongoose';
import { passLanguage } from '../booking/pass-language.js';
import type { Deps } from '../deps.js';
import { asRead } from '../models/as-read.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { HouseholdChange } from '../models/household-change.js';
import { isShutOut } from './check-join.js';
import { decideChange } from './decide-change.js';
import { auditOnce } from './record-once.js';
import { moveAppointments } from './move-appointments.js';
import { moveWishes } from './move-wishes.js';
import { RECORD_MS } from './policy.js';
import { tellChange } from './tell-change.js';

/** An adult's first household is moved, and then any that they were given while that went on; nobody is that quick. */
const TRIES = 20;

/**
 * Decides an open invitation: from then on the adult joins, whatever dies. Two who accept at once are one.
 * @returns false where it is open no longer, the school has blocked who invited, somebody else has joined that household since, or something else is under way with the adult or one of the two households
 */
export async function acceptInvitation(
  deps: Deps,
  id: Types.ObjectId,
  adult: Types.ObjectId,
): Promise<boolean> {
  const now = deps.now();
  const open = { _id: id, kind: 'join' as const, state: 'open' as const, expiresAt: { $gt: now } };
  const change = await HouseholdChange.findOne(open).lean();
  if (!change || (await isShutOut(change.account, change.by))) return false;
  const touches = await touchedBy({ account: change.account, household: change.household, adult });
  try {
    const accepted = await HouseholdChange.updateOne(open, {
      $set: { state: 'accepted', adult, touches, expiresAt: new Date(now.getTime() + RECORD_MS) },
    });
    if (accepted.modifiedCount === 0) return false;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
  await finishJoin(deps, id);
  return (await HouseholdChange.exists({ _id: id, state: 'withdrawn' })) === null;
}

/** The household that is joined, and the adult's own. */
async function touchedBy({
  account,
  household,
  adult,
}: Required<Pick<HouseholdChange, 'account' | 'household' | 'adult'>>): Promise<Types.ObjectId[]> {
  const own = await Household.findOne({ account, adults: adult }, { _id: 1 }).lean();
  return [household, ...(own && !own._id.equals(household) ? [own._id] : [])];
}

/**
 * Decides that an adult joins a household because the school says so.
 * @returns false where something else is under way with the adult or one of the two households
 */
export async function joinBySchool(
  deps: Deps,
  decided: Required<Pick<HouseholdChange, 'account' | 'household' | 'adult' | 'by'>>,
): Promise<boolean> {
  const touches = await touchedBy(decided);
  return decideChange(deps, { ...decided, kind: 'join', bySchool: true, touches }, finishJoin);
}

/**
 * Does what was decided: the adult's children and appointments go into the household, then the adult. Every step may be done again, also by
 * two at once, so that a death between any two of them loses nothing:
 * 1. note whose household the adult had · 2. its children, and whom the school took away, are the joined one's too
 * 3. nothing more is booked in it, and its appointments and wishes move · 4. the adult leaves it, and enters the joined one
 */
export async function finishJoin(deps: Deps, id: Types.ObjectId): Promise<void> {
  for (let round = 0; round < TRIES; round++) {
    const change = await HouseholdChange.findOne({ _id: id, kind: 'join', state: 'accepted' }).lean();
    if (!change?.adult) return;
    const { account, adult, household: to } = change;
    // Looked at when it is decided, as then nobody else can join: whoever has joined since did not agree to share their children with a third.
    // Once something has moved, it is carried to its end.
    if (!change.bySchool && !change.from?.length && (await isShared(change, adult))) {
      await giveUp(change, adult);
      return;
    }
    const own = await Household.findOne({ account, adults: adult }).lean();
    if (own && !own._id.equals(to)) {
      // Whoever acts as one with somebody else by now would carry that family along.
      if (own.adults.length > 1) {
        await giveUp(change, adult);
        return;
      }
      await HouseholdChange.updateOne({ _id: id }, { $addToSet: { from: own._id } });
      await moveHousehold(deps, own, to, adult);
      continue;
    }
    // What a request that was under way has booked there meanwhile.
    for (const from of change.from ?? []) {
      await moveAppointments(deps, from, to);
      await moveWishes(from, to, deps.now());
    }
    if (own || (await enter(to, adult))) {
      await end(deps, change);
      return;
    }
  }
}

/** Whether the household of an invitation has other adults than who invited. */
async function isShared({ household, by }: HouseholdChange, adult: Types.ObjectId): Promise<boolean> {
  return (await Household.exists({ _id: household, adults: { $elemMatch: { $nin: [by, adult] } } })) !== null;
}

/** The join is off: what went ahead of the adult is taken back. */
async function giveUp({ _id, household }: HouseholdChange, adult: Types.ObjectId): Promise<void> {
  await Household.updateOne(
    { _id: household, adults: { $ne: adult } },
    { $pull: { children: { adult }, brought: { adult } } },
  );
  await HouseholdChange.updateOne({ _id, state: 'accepted' }, { $set: { state: 'withdrawn' } });
}

/** Where the adult's household is another than the one that was read by the time it is to be emptied, the next round moves that. */
async function moveHousehold(
  deps: Deps,
  own: Household,
  to: Types.ObjectId,
  adult: Types.ObjectId,
): Promise<void> {
  for (const child of [...own.children, ...(own.brought ?? [])]) {
    const { student } = child;
    // Whom the school took away meanwhile does not come back this way.
    const isAllowed = { _id: to, 'removed.student': { $ne: student } };
    const isNew = { ...isAllowed, 'children.student': { $ne: student } };
    const added = await Household.updateOne(isNew, {
      $push: { children: child },
      $pull: { dropped: { student } },
    });
    // They have the child by a proof of their own, which they keep when they leave again.
    const isOwn = { student, adult: child.adult };
    if (added.modifiedCount === 0)
      await Household.updateOne(
        {
          ...isAllowed,
          'children.student': student,
          children: { $not: { $elemMatch: isOwn } },
          brought: { $not: { $elemMatch: isOwn } },
        },
        { $push: { brought: child } },
      );
  }
  for (const removed of own.removed ?? [])
    await Household.updateOne(
      { _id: to, 'removed.student': { $ne: removed.student } },
      { $push: { removed } },
    );
  const emptied = await Household.updateOne(
    { _id: own._id, adults: [adult], ...asRead({ children: own.children, brought: own.brought }) },
    { $set: { children: [] }, $unset: { brought: 1 } },
  );
  if (emptied.matchedCount === 0) return;
  await moveAppointments(deps, own._id, to);
  await passLanguage(own, to);
  await moveWishes(own._id, to, deps.now());
  // A household keeps an adult: an id that is nobody's.
  await Household.updateOne(
    { _id: own._id, adults: [adult] },
    { $set: { 'adults.0': new Types.ObjectId() } },
  );
}

/** @returns false where the adult was given another household meanwhile */
async function enter(to: Types.ObjectId, adult: Types.ObjectId): Promise<boolean> {
  try {
    await Household.updateOne({ _id: to, adults: { $ne: adult } }, { $push: { adults: adult } });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Tells both, leaves an entry, and is done: in this order, each once however often it is done again. */
async function end(deps: Deps, change: HouseholdChange): Promise<void> {
  const { _id, account, household, adult, by, bySchool } = change;
  await tellChange(deps, change);
  await auditOnce({
    _id,
    account,
    user: bySchool ? by : (adult ?? by),
    action: 'join adults',
    targets: [household, ...(adult ? [adult] : [])],
    detail: { by: bySchool ? 'school' : 'household' },
    at: deps.now(),
  });
  await HouseholdChange.updateOne({ _id, state: 'accepted' }, { $set: { state: 'done' } });
}
