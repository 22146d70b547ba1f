import type { Types } from 'mongoose';
import { checkHeld, type Agreed } from '../booking/confirm-appointment.js';
import type { Family } from '../parents/load-conference.js';
import type { Deps } from '../deps.js';
import type { Refusal } from '../models/appointment.js';
import type { Answer } from '../models/appointment-field.js';
import { Plan, type PlanAgreed } from '../models/plan.js';
import type { MeetingKind } from '../models/slot.js';
import { endHold } from '../claims/check-holder.js';
import { finishPlan } from './finish-plans.js';
import { findHolds, firstEnd, holdWishes, missingOf } from './hold-wishes.js';
import { findPlan, reopenPlan, shownOf } from './make-plan.js';

export interface PlanBooking {
  answers: Answer[];
  /** By wish. */
  note: (wish: number) => string;
  kind: (wish: number) => MeetingKind | undefined;
  /** What of the plan whoever pressed Book has seen; absent where the page didn't say. */
  shown?: string;
}

/** `changed`: something could not be had any more, and the family looks at the plan again. `empty`: there is nothing in it. */
export type Booked = { ok: true } | { ok: false; reason: 'changed' | 'empty' | 'not open' };

/** Plans are changed by people: who loses so often in a row looks again. */
const ROUNDS = 3;

/**
 * Books all meetings of a plan or none. Rules and claims of each are gone through again, and one update of the plan decides, on condition that
 * it is still made of exactly these holds: none of them can be ended without leaving it first. What follows is done by `finishPlan`, here or,
 * where the process dies, by whoever comes next. Holds whose time is over are taken again, where they are free still.
 */
export async function bookPlan(
  deps: Deps,
  family: Family,
  asked: Plan,
  booking: PlanBooking,
): Promise<Booked> {
  const booked = await bookInRounds(deps, family, asked, booking);
  if (booked.ok) return booked;
  // Another window may have booked it meanwhile: then nobody hears that nothing is booked.
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
    // Changed in another window: it is booked when it has been seen. It is read anew each time, and so compared each time.
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
 * The one update that books: it names who is in it, and holds only while nobody has come or gone since the plan was read.
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

/** Takes again what the plan has a time for and does not hold any more. */
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
 * Leaves a wish whose hold was refused or ended, unless the plan has another hold of it: the same request sent twice takes all times twice,
 * and of two holds the newer one stays.
 * @returns whether it has no time any more
 */
async function loseWish(deps: Deps, plan: Plan, wish: number, gap: Refusal): Promise<boolean> {
  const now = await Plan.findById(plan._id).lean();
  if (now && (await findHolds(now, deps.now())).has(wish)) return false;
  await leaveWish(plan, wish, gap, plan.wishes[wish]?.slot);
  return true;
}

/**
 * Notes that a wish has no time any more, and why; nobody says of such a plan that there is no better one.
 * @param slot the time that it loses: where it has another one meanwhile, it keeps that. Absent: whatever it has
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
      // Of one time that the school took back; a gap 'not offered' says that there was never any.
      $set: { [`wishes.${wish}.gap`]: gap === 'not offered' ? 'not here' : gap, quality: 'changed' },
      $unset: { [`wishes.${wish}.slot`]: 1 },
      $inc: { version: 1 },
    },
  );
}

/** Notes when the first of the holds ends. */
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
    // Its time may be free still: it is taken again, or another window has done that.
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
