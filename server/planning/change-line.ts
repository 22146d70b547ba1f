import type { Types } from 'mongoose';
import type { Family } from '../parents/load-conference.js';
import { HOLD_MS } from '../booking/policy.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { Plan, type PlanGap } from '../models/plan.js';
import { Slot } from '../models/slot.js';
import { dayOf } from '../web/local-time.js';
import { leaveWish, noteEnd } from './book-plan.js';
import { asPlanTime, buildProblem, walkOf } from './build-problem.js';
import { findOpenings, type Kept, type Opening } from './find-openings.js';
import { dropHolds, findHolds, holdWishes } from './hold-wishes.js';
import { fitTogether } from './measure-plan.js';
import { solvePlan } from './solve-plan.js';

export type Changed = { ok: true } | { ok: false; gap: PlanGap };

/** How often another time is tried because somebody else was quicker. */
const ROUNDS = 4;

/** Gives one meeting of a plan the time that the family chose; the others keep theirs. If the new time can't be had, the old one stays. */
export async function chooseTime(
  deps: Deps,
  family: Family,
  plan: Plan,
  wish: number,
  slot: Types.ObjectId,
): Promise<Changed> {
  const resource = plan.wishes[wish]?.resource;
  // The address names the meeting, but the form could name another teacher's time.
  if (!(await Slot.exists({ _id: slot, event: family.event._id, resource })))
    return { ok: false, gap: 'not here' };
  const old = (await findHolds(plan, deps.now())).get(wish);
  if (old?.slot.equals(slot)) return { ok: true };
  const reason = await holdOne(deps, family, plan, wish, slot);
  if (reason) {
    // The new hold ended the old one before it was refused.
    if (old && plan.wishes[wish]?.slot && !(await Appointment.exists({ _id: old._id, state: 'pending' })))
      await holdOne(deps, family, plan, wish, old.slot);
    return { ok: false, gap: reason };
  }
  if (old) await dropHolds([old._id]);
  await setSlot(plan, wish, slot);
  await noteEnd(deps, plan);
  return { ok: true };
}

/** Takes a meeting out of the plan; the plan says so. */
export async function leaveOut(deps: Deps, plan: Plan, wish: number): Promise<void> {
  const old = (await findHolds(plan, deps.now())).get(wish);
  await leaveWish(plan, wish, 'left out');
  if (old) await dropHolds([old._id]);
}

/** Gives a meeting without a time the best one that fits the others. */
export async function addBack(deps: Deps, family: Family, plan: Plan, wish: number): Promise<Changed> {
  const refused: { slot: Types.ObjectId; reason: Refusal }[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    const [offer, kept] = await openingsBeside(deps, family, plan, wish);
    const asked = buildProblem(family.event, { ...offer, kept }, plan, (_, slot) =>
      refused.some((one) => one.slot.equals(slot)),
    );
    const { chosen } = await solvePlan(asked.problem);
    const opening = asked.openingOf(0, chosen[0]?.id ?? '');
    if (!opening) break;
    const reason = await holdOne(deps, family, plan, wish, opening.slot._id);
    if (!reason) {
      await setSlot(plan, wish, opening.slot._id);
      await noteEnd(deps, plan);
      return { ok: true };
    }
    refused.push({ slot: opening.slot._id, reason });
  }
  const gap = refused.at(-1)?.reason ?? 'no room';
  await leaveWish(plan, wish, gap);
  return { ok: false, gap };
}

/** A plan's times are on hold for an hour in all at most; then others get their chance. */
const LONGEST_MS = 60 * 60_000;

/** Until when a plan's times can be on hold. All plans of the family in the last hour count as one, so a new plan gives no new hour. */
export async function holdableUntil(
  deps: Deps,
  { event, household, createdAt }: Pick<Plan, 'event' | 'household' | 'createdAt'>,
): Promise<Date> {
  const recent = { $gt: new Date(deps.now().getTime() - LONGEST_MS) };
  const first = await Plan.findOne({ event, household, createdAt: recent }, { createdAt: 1 })
    .sort({ createdAt: 1 })
    .lean();
  const from = Math.min(createdAt.getTime(), first?.createdAt.getTime() ?? Infinity);
  return new Date(from + LONGEST_MS);
}

/**
 * Extends all holds by the usual time, or by what is left of the longest.
 * @returns whether that is any later than before
 */
export async function holdLonger(deps: Deps, plan: Plan): Promise<boolean> {
  const now = deps.now();
  const longest = await holdableUntil(deps, plan);
  if (!plan.expiresAt || longest <= plan.expiresAt) return false;
  const until = new Date(Math.min(now.getTime() + HOLD_MS, longest.getTime()));
  await Appointment.updateMany(
    { _id: { $in: plan.appointments }, state: 'pending', expiresAt: { $gt: now, $lt: until } },
    { $set: { expiresAt: until } },
  );
  await noteEnd(deps, plan);
  return true;
}

async function holdOne(
  deps: Deps,
  family: Family,
  plan: Plan,
  wish: number,
  slot: Types.ObjectId,
): Promise<Refusal | undefined> {
  const refused = await holdWishes(deps, family, plan, [{ wish, slot }]);
  return refused ? refused[0]?.reason : 'hold ended';
}

async function setSlot({ _id }: Plan, wish: number, slot: Types.ObjectId): Promise<void> {
  await Plan.updateOne(
    { _id, state: 'held' },
    {
      $set: { [`wishes.${wish}.slot`]: slot, quality: 'changed' },
      $unset: { [`wishes.${wish}.gap`]: 1 },
      $inc: { version: 1 },
    },
  );
}

/** A free time of one meeting, and what is in its way in the plan or among the family's meetings. */
export interface ChoosableTime {
  opening: Opening;
  /** The wish whose time is too close; -1 for a booked meeting. */
  clash?: number;
}

/** All free times of one meeting of the plan. */
export async function timesBeside(
  deps: Deps,
  family: Family,
  plan: Plan,
  wish: number,
): Promise<ChoosableTime[]> {
  const { event } = family;
  const [openings, kept] = await openingsBeside(deps, family, plan, wish);
  const walk = walkOf(event, plan);
  const others = kept.map((one) => ({
    wish: one.wish,
    time: asPlanTime(one, dayOf(one.from, event.timeZone)),
  }));
  return (openings.offers[0]?.openings ?? []).map((opening) => {
    const { slot, place } = opening;
    const time = asPlanTime({ from: slot.from, to: slot.to, ...(place ? { place } : {}) }, slot.day);
    const clash = others.find((other) => !fitTogether(time, other.time, walk));
    return { opening, ...(clash ? { clash: clash.wish } : {}) };
  });
}

/** The free times of one meeting, and the times and places of all others. */
async function openingsBeside(deps: Deps, family: Family, plan: Plan, wish: number) {
  const all = await findOpenings(family, plan.wishes, deps.now());
  const held = await findHolds(plan, deps.now());
  const rest = [...held].flatMap(([n, { from, to, slot }]): (Kept & { wish: number })[] => {
    const place = all.offers[n]?.openings.find((opening) => opening.slot._id.equals(slot))?.place;
    return n === wish ? [] : [{ wish: n, from, to, ...(place ? { place } : {}) }];
  });
  const kept = [...(await all.kept()).map((one) => ({ ...one, wish: -1 })), ...rest];
  return [{ ...all, offers: all.offers.slice(wish, wish + 1) }, kept] as const;
}
