import { checkHeld, type Agreed } from '../booking/confirm-appointment.js';
import type { Family } from '../parents/load-conference.js';
import type { Deps } from '../deps.js';
import { Appointment, type Refusal } from '../models/appointment.js';
import type { Answer } from '../models/appointment-field.js';
import { Plan, type PlanAgreed } from '../models/plan.js';
import type { MeetingKind } from '../models/slot.js';
import { endHold } from '../booking/check-holder.js';
import { finishPlan } from './finish-plans.js';
import { findHolds, holdWishes } from './hold-wishes.js';
import { findPlan, reopenPlan } from './make-plan.js';

export interface PlanBooking {
  answers: Answer[];
  /** By wish. */
  note: (wish: number) => string;
  kind: (wish: number) => MeetingKind | undefined;
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
  for (let round = 0; round < ROUNDS; round++) {
    const plan = await findPlan(family, asked._id);
    if (!plan) return { ok: false, reason: 'empty' };
    if (plan.state === 'booking' || plan.state === 'booked') {
      await finishPlan(deps, plan._id);
      return { ok: true };
    }
    const whole = await holdAgain(deps, family, plan);
    if (whole === 'changed') return { ok: false, reason: 'changed' };
    if (whole === 'taken again') continue;
    const agreed = await checkAll(deps, family, plan, booking);
    if (!agreed.ok) return agreed;
    // A hold has just run out.
    if (agreed.all.length < plan.wishes.filter(({ slot }) => slot).length) continue;
    if (agreed.all.length === 0) return { ok: false, reason: 'empty' };
    await decide(deps, plan, agreed.all, booking.answers);
  }
  return { ok: false, reason: 'changed' };
}

/** The one update that books: it names who is in it, and holds only while nobody has come or gone since the plan was read. */
async function decide(
  deps: Deps,
  { _id, version }: Plan,
  agreed: PlanAgreed[],
  answers: Answer[],
): Promise<void> {
  await Plan.updateOne(
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
}

/** Takes again what the plan has a time for and does not hold any more. */
export async function holdAgain(
  deps: Deps,
  family: Family,
  plan: Plan,
): Promise<'held' | 'taken again' | 'changed'> {
  const held = await findHolds(plan, deps.now());
  const missing = plan.wishes.flatMap(({ slot }, wish) => (slot && !held.has(wish) ? [{ wish, slot }] : []));
  if (missing.length === 0 && plan.state === 'held') return 'held';
  if (plan.state !== 'held' && !(await reopenPlan(deps, family, plan))) return 'changed';
  const refused = await holdWishes(deps, family, plan, missing);
  if (!refused) return 'changed';
  for (const { wish, reason } of refused) await leaveWish(plan, wish, reason);
  await noteEnd(deps, plan);
  return refused.length > 0 ? 'changed' : 'taken again';
}

/** Notes that a wish has no time any more, and why. */
export async function leaveWish(
  { _id }: Plan,
  wish: number,
  gap: Refusal | 'left out' | 'no room',
): Promise<void> {
  await Plan.updateOne(
    { _id, state: 'held' },
    { $set: { [`wishes.${wish}.gap`]: gap }, $unset: { [`wishes.${wish}.slot`]: 1 }, $inc: { version: 1 } },
  );
}

/** Notes when the first of the holds ends. */
export async function noteEnd(deps: Deps, { _id }: Plan): Promise<void> {
  const plan = await Plan.findOne({ _id, state: 'held' }).lean();
  if (!plan) return;
  const ends = [...(await findHolds(plan, deps.now())).values()].map(
    ({ expiresAt }) => expiresAt?.getTime() ?? 0,
  );
  if (ends.length > 0)
    await Plan.updateOne({ _id, state: 'held' }, { $set: { expiresAt: new Date(Math.min(...ends)) } });
}

async function checkAll(
  deps: Deps,
  { event, household }: Family,
  plan: Plan,
  booking: PlanBooking,
): Promise<{ ok: true; all: PlanAgreed[] } | { ok: false; reason: 'changed' | 'not open' }> {
  const held = await findHolds(plan, deps.now());
  const whole = await Appointment.find({ _id: { $in: [...held.values()].map(({ _id }) => _id) } }).lean();
  const all: PlanAgreed[] = [];
  let reason: 'changed' | 'not open' | undefined;
  for (const [wish, { _id }] of held) {
    const pending = whole.find((one) => one._id.equals(_id));
    const kind = booking.kind(wish);
    const ask = { event, household: household._id, by: 'household' as const, ...(kind ? { kind } : {}) };
    const checked = pending
      ? await checkHeld(deps, ask, pending)
      : ({ ok: false, reason: 'hold ended' } as const);
    if (checked.ok) all.push(agree(_id, checked.agreed, booking.note(wish)));
    else if (checked.reason === 'not open') return { ok: false, reason: 'not open' };
    else {
      reason = 'changed';
      await endHold(_id, checked.reason);
      await leaveWish(plan, wish, checked.reason);
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
