import type { Types } from 'mongoose';
import type { Family } from '../parents/load-conference.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Plan, type PlanGap, type PlanWish } from '../models/plan.js';
import { buildProblem } from './build-problem.js';
import type { Wanted } from '../booking/find-around.js';
import { findOpenings, type Openings } from './find-openings.js';
import { finishPlan } from './finish-plans.js';
import { dropHolds, findHolds, firstEnd, holdWishes, missingOf, type Target } from './hold-wishes.js';
import { solvePlan } from './solve-plan.js';

export interface PlanRequest extends Pick<Plan, 'days' | 'wait' | 'breaks' | 'gap'> {
  wanted: Wanted[];
  /** The idempotency key: the same for every repetition of one request, such as a form's. */
  key: string;
}

/** How often the plan is made again without what was taken meanwhile. */
const ROUNDS = 4;

/** Refusals of one slot; all others refuse the teacher or the child, whatever the slot. */
const OF_ONE_SLOT: Refusal[] = [
  'taken',
  'teacher busy',
  'household busy',
  'interpreter busy',
  'day limit',
  'not here',
  'not offered',
  'too late',
  'hold ended',
];

/**
 * Finds the best plan and takes all of it on hold. If others take something meanwhile, the plan is made again without it. A login has one
 * plan in an event: an earlier one gives up its holds. A repeated request gets the first one's plan.
 */
export async function makePlan(deps: Deps, family: Family, request: PlanRequest): Promise<Plan> {
  const { event, household, actor } = family;
  const byKey = [event._id, household._id, actor.user, request.key].join(':');
  for (;;) {
    const before = await Plan.findOne({ byKey }).lean();
    if (before) return before;
    await closePlan(deps, family, { byKey: { $ne: byKey } });
    try {
      const made = await Plan.create({
        account: event.account,
        event: event._id,
        household: household._id,
        user: actor.user,
        byKey,
        state: 'making',
        open: true,
        wishes: request.wanted,
        days: request.days,
        wait: request.wait,
        breaks: request.breaks,
        gap: request.gap,
        createdAt: deps.now(),
      });
      return await fillPlan(deps, family, made.toObject());
    } catch (error) {
      // The same request twice, or another one at the same moment, so it is looked at again.
      if (!isDuplicateKey(error)) throw error;
    }
  }
}

/**
 * Ends the plan that a login has open in the event; a decided plan is booked to its end.
 * @param but the plan to leave open, which the same request, sent twice, may have just opened
 */
async function closePlan(
  deps: Deps,
  { event, actor }: Family,
  but: { _id: { $ne: Types.ObjectId } } | { byKey: { $ne: string } },
): Promise<void> {
  const open = { event: event._id, user: actor.user, open: true as const, ...but };
  const ended = await Plan.findOneAndUpdate(
    { ...open, state: { $in: ['making', 'held'] } },
    // Another window may reopen it at this moment, so it stops naming its holds, and nobody can decide it with them.
    { $set: { state: 'ended', appointments: [] }, $unset: { open: 1 }, $inc: { version: 1 } },
  ).lean();
  // They can be ended together; a job frees what they have taken, or whoever needs it takes it over.
  if (ended)
    await Appointment.updateMany(
      { _id: { $in: ended.appointments }, state: 'pending' },
      { $set: { state: 'expired', refused: 'hold ended', unfinished: true } },
    );
  const decided = await Plan.findOne({ ...open, state: 'booking' }, { _id: 1 }).lean();
  if (decided) await finishPlan(deps, decided._id);
}

/** Reopens a plan that ended undecided, so that its times can be taken on hold again. May be done twice at once. */
export async function reopenPlan(deps: Deps, family: Family, plan: Plan): Promise<boolean> {
  await closePlan(deps, family, { _id: { $ne: plan._id } });
  const opened = await Plan.updateOne(
    { _id: plan._id, state: 'ended' },
    { $set: { state: 'held', open: true }, $inc: { version: 1 } },
  ).catch((error: unknown) => {
    if (isDuplicateKey(error)) return { modifiedCount: 0 };
    throw error;
  });
  return opened.modifiedCount === 1 || (await Plan.exists({ _id: plan._id, state: 'held' })) !== null;
}

/** Solves and holds, again without what was refused, until the plan can be shown to the family. */
async function fillPlan(deps: Deps, family: Family, plan: Plan): Promise<Plan> {
  const refused: (Target & { reason: Refusal })[] = [];
  const isOut = (wish: number) =>
    refused.find((one) => one.wish === wish && !OF_ONE_SLOT.includes(one.reason));
  let wishes = plan.wishes;
  let quality: Plan['quality'] = 'best';
  let openings: Openings | undefined;
  for (let round = 0; round < ROUNDS; round++) {
    openings = await findOpenings(family, plan.wishes, deps.now());
    const asked = buildProblem(
      family.event,
      { ...openings, kept: await openings.kept() },
      plan,
      (wish, slot) =>
        isOut(wish) !== undefined || refused.some((one) => one.wish === wish && one.slot.equals(slot)),
    );
    const solution = await solvePlan(asked.problem);
    quality = solution.exact ? 'best' : 'found';
    wishes = plan.wishes.map(({ students, resource }, wish): PlanWish => {
      const opening = asked.openingOf(wish, solution.chosen[wish]?.id ?? '');
      if (opening) return { students, resource, slot: opening.slot._id };
      const times = asked.problem.meetings[wish] ?? [];
      const reason = isOut(wish)?.reason ?? asked.limitOver(wish, solution.chosen);
      return { students, resource, gap: whyNot(openings?.offers[wish], times, reason) };
    });
    const lost = await holdTargets(deps, family, Object.assign({}, plan, { wishes }));
    if (!lost) break;
    refused.push(...lost);
    wishes = wishes.map((wish, n) => withoutSlot(wish, lost.find((one) => one.wish === n)?.reason));
    if (lost.length === 0) break;
    // Another round would find the best of what is left; after the last round, nobody has looked for that.
    quality = 'changed';
  }
  return openPlan(deps, Object.assign({}, plan, { wishes, quality }));
}

function whyNot(
  offer: Openings['offers'][number] | undefined,
  times: unknown[],
  reason: Refusal | undefined,
): PlanGap {
  if (reason ?? offer?.gap) return reason ?? offer?.gap ?? 'full';
  return times.length === 0 ? 'not then' : 'no room';
}

function withoutSlot(wish: PlanWish, reason: Refusal | undefined): PlanWish {
  if (!reason) return wish;
  return { students: wish.students, resource: wish.resource, gap: reason };
}

/** Ends the holds of wishes that have another slot, and takes those that are missing. */
async function holdTargets(
  deps: Deps,
  family: Family,
  plan: Plan,
): Promise<(Target & { reason: Refusal })[] | undefined> {
  const now = await Plan.findById(plan._id, { appointments: 1 }).orFail().lean();
  const held = await findHolds({ wishes: plan.wishes, appointments: now.appointments }, deps.now());
  const stay = new Set([...held.values()].map(({ _id }) => String(_id)));
  await dropHolds(now.appointments.filter((id) => !stay.has(String(id))));
  return holdWishes(deps, family, plan, missingOf(plan.wishes, held));
}

/** Opens the plan for the family. Everything that it names is on hold, or was taken out by whoever ended it. */
async function openPlan(deps: Deps, { _id, wishes, quality }: Plan): Promise<Plan> {
  const made = await Plan.findById(_id).orFail().lean();
  const held = await findHolds({ wishes, appointments: made.appointments }, deps.now());
  const opened = await Plan.findOneAndUpdate(
    { _id, state: 'making' },
    {
      $set: { state: 'held', wishes, quality, ...firstEnd(held) },
    },
    { returnDocument: 'after' },
  ).lean();
  return opened ?? made;
}

/** One of this family's plans, whatever became of it. */
export async function findPlan(
  { event, household, actor }: Family,
  id: Types.ObjectId,
): Promise<Plan | null> {
  return Plan.findOne({ _id: id, event: event._id, household: household._id, user: actor.user }).lean();
}

/** The plan as the page shows it, so that a booking can tell whether the user saw it. */
export function shownOf({ wishes }: Pick<Plan, 'wishes'>): string {
  return wishes.map(({ slot }) => (slot ? slot.toHexString() : '-')).join('.');
}
