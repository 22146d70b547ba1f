import type { Types } from 'mongoose';
import { checkHeld, type Agreed } from '../booking/confirm-appointment.js';
import type { Family } from '../parents/load-conference.js';
import type { Deps } from '../deps.js';
import type { Refusal } from '../models/refusal.js';
import type { Answer } from '../models/appointment-field.js';
import { Plan, type PlanAgreed } from '../models/plan.js';
import type { MeetingKind } from '../models/slot.js';
import { endHold } from '../claims/check-holder.js';
import { finishPlan } from './finish-plans.js';
import { findHolds, firstEnd, holdWishes, missingOf } from './hold-wishes.js';
import { findPlan, reopenPlan, shownOf } from './make-plan.js';

export interface PlanBooking {
  answers: Answer[];
  /** A family's note, by wish. */
  note: (wish: number) => string;
  kind: (wish: number) => MeetingKind | undefined;
  /** The plan as the page showed it. Absent where the page didn't say. */
  shown?: string;
}

/** `changed`: something could not be had, and the family looks at the plan again. `empty`: it has no meeting. */
export type Booked = { ok: true } | { ok: false; reason: 'changed' | 'empty' | 'not open' };

/** After so many lost rounds, the family looks at the plan again. */
const ROUNDS = 3;

/**
 * Books all meetings of a plan or none. Rules and claims of each are checked again. Then one update of the plan decides, on condition that
 * it still has exactly these holds, because no hold ends without leaving its plan first. `finishPlan` does the rest, here or, after a
 * death, for whoever comes next. Holds that ran out are taken again if they are free.
 */
export async function bookPlan(
  deps: Deps,
  family: Family,
  asked: Plan,
  booking: PlanBooking,
): Promise<Booked> {
  const booked = await bookInRounds(deps, family, asked, booking);
  if (booked.ok) return booked;
  // Another window may have booked it meanwhile; then the answer must not be that nothing is booked.
  const plan = await findPlan(family, asked._id);
  if (plan?.state !== 'booking' && plan?.state !== 'booked') return booked;
  await finishPlan(deps, plan._id);
  return { ok: true };
}

async function bookInRounds(deps: Deps, family: Family, asked: Plan, booking: PlanBooking): Promise<Booked> {
  for (let round = 0; round < ROUNDS; round++) {
    const plan = await findPlan(family, asked._id);
    if (!plan) return { ok: false, reason: 'empty' };
    if (plan.state === 'booking' || plan.state === 'booked') {
      await finishPlan(deps, plan._id);
      return { ok: true };
    }
    // Changed in another window: the family must see it before it is booked. The plan is read in each round, so it is compared in each.
    if (booking.shown !== undefined && booking.shown !== shownOf(plan))
      return { ok: false, reason: 'changed' };
    const whole = await holdAgain(deps, family, plan);
    if (whole === 'changed') return { ok: false, reason: 'changed' };
    if (whole === 'taken again') continue;
    const agreed = await checkAll(deps, family, plan, booking);
    if (!agreed.ok) return agreed;
    // A hold has just run out.
    if (agreed.all.length < plan.wishes.filter(({ slot }) => slot).length) continue;
    if (agreed.all.length === 0) return { ok: false, reason: 'empty' };
    if (await decide(deps, plan, agreed.all, booking.answers)) {
      await finishPlan(deps, plan._id);
      return { ok: true };
    }
  }
  return { ok: false, reason: 'changed' };
}

/**
 * The update that books the plan. It names the plan's holds and matches only while they are the same as read.
 * @returns whether it is decided
 */
async function decide(
  deps: Deps,
  { _id, version }: Plan,
  agreed: PlanAgreed[],
  answers: Answer[],
): Promise<boolean> {
  const decided = await Plan.updateOne(
    { _id, state: 'held', version },
    {
      $set: {
        state: 'booking',
        decidedAt: deps.now(),
        appointments: agreed.map(({ appointment }) => appointment),
        agreed,
        answers,
      },
      $unset: { expiresAt: 1, typed: 1 },
    },
  );
  return decided.modifiedCount === 1;
}

/** Takes the plan's times again that it does not hold any more. */
export async function holdAgain(
  deps: Deps,
  family: Family,
  plan: Plan,
): Promise<'held' | 'taken again' | 'changed'> {
  const held = await findHolds(plan, deps.now());
  const missing = missingOf(plan.wishes, held);
  if (missing.length === 0 && plan.state === 'held') return 'held';
  if (plan.state !== 'held' && !(await reopenPlan(deps, family, plan))) return 'changed';
  const refused = await holdWishes(deps, family, plan, missing);
  if (!refused) return 'changed';
  let isLess = false;
  for (const { wish, reason } of refused) if (await loseWish(deps, plan, wish, reason)) isLess = true;
  await noteEnd(deps, plan);
  return isLess ? 'changed' : 'taken again';
}

/**
 * Gives up a wish whose hold was refused or ended, unless the plan has another hold for it: the same request sent twice takes all times
 * twice, and the newer hold stays.
 * @returns whether the wish has no time any more
 */
async function loseWish(deps: Deps, plan: Plan, wish: number, gap: Refusal): Promise<boolean> {
  const now = await Plan.findById(plan._id).lean();
  if (now && (await findHolds(now, deps.now())).has(wish)) return false;
  await leaveWish(plan, wish, gap, plan.wishes[wish]?.slot);
  return true;
}

/**
 * Records that a wish lost its time, and why; the plan does not count as the best one after that.
 * @param slot the lost time: if the wish has another one meanwhile, it keeps that. Absent: any
 */
export async function leaveWish(
  { _id }: Plan,
  wish: number,
  gap: Refusal | 'left out' | 'no room',
  slot?: Types.ObjectId,
): Promise<void> {
  await Plan.updateOne(
    { _id, state: 'held', ...(slot ? { [`wishes.${wish}.slot`]: slot } : {}) },
    {
      // The school took this time back; the gap 'not offered' would say that there was never one.
      $set: { [`wishes.${wish}.gap`]: gap === 'not offered' ? 'not here' : gap, quality: 'changed' },
      $unset: { [`wishes.${wish}.slot`]: 1 },
      $inc: { version: 1 },
    },
  );
}

/** Records when the first of the holds ends. */
export async function noteEnd(deps: Deps, { _id }: Plan): Promise<void> {
  const plan = await Plan.findOne({ _id, state: 'held' }).lean();
  if (!plan) return;
  const end = firstEnd(await findHolds(plan, deps.now()));
  if (end.expiresAt) await Plan.updateOne({ _id, state: 'held' }, { $set: end });
}

async function checkAll(
  deps: Deps,
  { event, household }: Family,
  plan: Plan,
  booking: PlanBooking,
): Promise<{ ok: true; all: PlanAgreed[] } | { ok: false; reason: 'changed' | 'not open' }> {
  const held = await findHolds(plan, deps.now());
  const all: PlanAgreed[] = [];
  let reason: 'changed' | undefined;
  for (const [wish, pending] of held) {
    const kind = booking.kind(wish);
    const ask = { event, household: household._id, by: 'household' as const, ...(kind ? { kind } : {}) };
    const checked = await checkHeld(deps, ask, pending);
    if (checked.ok) all.push(agree(pending._id, checked.agreed, booking.note(wish)));
    else if (checked.reason === 'not open') return { ok: false, reason: 'not open' };
    // Its time may still be free: it is taken again here, or by another window.
    else if (checked.reason === 'hold ended') continue;
    else {
      await endHold(pending._id, checked.reason);
      if (await loseWish(deps, plan, wish, checked.reason)) reason = 'changed';
    }
  }
  return reason ? { ok: false, reason } : { ok: true, all };
}

function agree(
  appointment: PlanAgreed['appointment'],
  { class: held, kind }: Agreed,
  note: string,
): PlanAgreed {
  return { appointment, kind, note, ...(held ? { class: held } : {}) };
}
