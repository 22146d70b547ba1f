import type { Response } from 'express';
import { childName, withNames, type Meeting } from '../meetings/name-meetings.js';
import { meetingsOf } from '../booking/queries.js';
import type { Family } from '../parents/load-conference.js';
import { questionsFor } from '../booking/read-answers.js';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { Contact } from '../models/contact.js';
import { documentsOf, findTogether } from '../models/find-together.js';
import type { Plan, PlanGap } from '../models/plan.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { wishOf, type WaitlistEntry } from '../models/waitlist-entry.js';
import { hasWaitlist } from '../waitlist/policy.js';
import { entriesOf } from '../waitlist/queries.js';
import { andList } from '../web/format-count.js';
import { fullDay, timeOfDay, timeSpan } from '../web/format-time.js';
import { groupBy } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import { FRESH_FORM, type Form } from '../web/parse.js';
import { wordsOf } from '../web/words.js';
import { asPlanTime } from './build-problem.js';
import { holdableUntil } from './change-line.js';
import { byWish, missingOf } from './hold-wishes.js';
import { shownOf } from './make-plan.js';
import { measurePlan } from './measure-plan.js';
import { mayChoose, mayWait, sayGap } from './say-gap.js';

interface Line {
  /** The index of its wish. Absent: a meeting that is booked. */
  n?: number;
  from: Date;
  to: Date;
  span: string;
  teacher: string;
  children: string;
  where: string;
  isOpenKind: boolean;
  /** Whether its time is wanted but not on hold any more. */
  isLost: boolean;
  /** How long the family waits before it. */
  wait: string;
}

/** Shows the plan: what is on hold and what is booked, day by day, and what could not be had. */
export async function showPlan(
  deps: Deps,
  res: Response,
  family: Family,
  plan: Plan,
  form: Form = FRESH_FORM,
): Promise<void> {
  const { event, home } = family;
  const say = wordsOf(event);
  const { lines, missing } = await linesOf(deps, family, plan);
  const days = [...groupBy(lines, ({ from }) => dayOf(from, event.timeZone))].map(([day, ofDay]) => ({
    label: fullDay(day, event),
    lines: withWaits(ofDay, family),
  }));
  const count = lines.filter(({ n }) => n !== undefined).length;
  const measure = measurePlan(
    { fixed: [] },
    lines.map((line) => asPlanTime(line, dayOf(line.from, event.timeZone))),
  );
  const now = deps.now();
  const ends = plan.expiresAt ?? new Date(0);
  const isHeld = plan.state === 'held' && ends > now;
  const mayExtend = isHeld && ends < (await holdableUntil(deps, plan));
  const isAnySent = Object.keys(form.values).length > 0;
  res.render('planning/plan', {
    title: say('plan.yours'),
    scripts: ['countdown'],
    form: isAnySent ? form : { ...form, values: plan.typed ?? {} },
    path: `${home}/plan/${String(plan._id)}`,
    shown: shownOf(plan),
    days,
    missing,
    count,
    wanted: plan.wishes.length,
    summary: say('plan.summary', { count, wanted: plan.wishes.length }),
    waiting: count > 0 ? say('plan.waiting', { count: measure.waiting }) : '',
    quality: plan.quality,
    isHeld,
    until: plan.expiresAt ? timeOfDay(plan.expiresAt, event) : '',
    secondsLeft: plan.expiresAt
      ? Math.max(0, Math.floor((plan.expiresAt.getTime() - now.getTime()) / 1000))
      : 0,
    mayExtend,
    questions: questionsFor(event, 'household'),
  });
}

async function linesOf(deps: Deps, family: Family, plan: Plan) {
  const { event, household } = family;
  const [holds, booked, names, waits] = await Promise.all([
    Appointment.find({ _id: { $in: plan.appointments }, state: 'pending' }).lean(),
    meetingsOf(event, household._id),
    namesOf(family, plan),
    hasWaitlist(event) ? entriesOf(event._id, household) : undefined,
  ]);
  const held = byWish(plan.wishes, holds);
  const meetings = await withNames([...held.values()], event);
  const lost = await lostTimes(plan, held);
  const lines = plan.wishes.flatMap((wish, n): Line[] => {
    const hold = held.get(n);
    const meeting = hold && meetings.find(({ id }) => id === String(hold._id));
    const isOver = !hold || (hold.expiresAt ?? new Date(0)) <= deps.now();
    const slot = meeting ?? lost.get(n);
    return slot ? [lineOf(family, { n, isLost: isOver, ...names[n] }, slot, meeting)] : [];
  });
  const kept = booked.map((meeting) => lineOf(family, { isLost: false }, meeting, meeting));
  const missing = plan.wishes.flatMap(({ slot, gap = 'no room' }, n) =>
    slot && lines.some((line) => line.n === n)
      ? []
      : [
          {
            ...{ n, teacher: names[n]?.teacher ?? '', children: names[n]?.children ?? '' },
            why: sayGap(gap, event),
            mayChoose: mayChoose(gap),
            ...waitOf(waits, plan, n, gap),
            isLeftOut: gap === 'left out',
          },
        ],
  );
  return { lines: [...lines, ...kept].sort((a, b) => a.from.getTime() - b.from.getTime()), missing };
}

/** The waitlist for a wish: whether the family can join it, or its entry if it has. */
function waitOf(
  waits: WaitlistEntry[] | undefined,
  { wishes }: Plan,
  n: number,
  gap: PlanGap,
): { mayWait: boolean; entry?: string } {
  const wish = wishes[n];
  const entry = wish && waits?.find((one) => one.wish === wishOf(wish.resource, wish.students));
  return {
    mayWait: waits !== undefined && !entry && mayWait(gap),
    ...(entry ? { entry: entry._id.toHexString() } : {}),
  };
}

/** The plan's times that are not on hold any more. */
async function lostTimes(plan: Plan, held: Map<number, unknown>): Promise<Map<number, Slot>> {
  const ids = missingOf(plan.wishes, held).map(({ slot }) => slot);
  if (ids.length === 0) return new Map();
  const slots = await Slot.find({ _id: { $in: ids }, event: plan.event }).lean();
  return new Map(
    plan.wishes.flatMap(({ slot: id }, n): [number, Slot][] => {
      const slot = slots.find(({ _id }) => id?.equals(_id));
      return slot ? [[n, slot]] : [];
    }),
  );
}

/** The names in each wish, also of one without a time. */
export async function namesOf(
  { event, household }: Family,
  { wishes }: Pick<Plan, 'wishes'>,
): Promise<{ teacher: string; children: string }[]> {
  const ofFamily = { _id: { $in: household.children.map(({ student }) => student) }, account: event.account };
  const ofPlan = { _id: { $in: wishes.map(({ resource }) => resource) }, event: event._id };
  const { children, resources } = await findTogether({
    children: documentsOf(
      Contact,
      { ...ofFamily, type: 'student' },
      { fields: { firstName: 1, lastName: 1 } },
    ),
    resources: documentsOf(Resource, ofPlan, { fields: { name: 1 } }),
  });
  return wishes.map(({ students, resource }) => ({
    teacher: resources.find(({ _id }) => _id.equals(resource))?.name ?? '',
    children: andList(
      students.flatMap((id) => {
        const child = children.find(({ _id }) => _id.equals(id));
        return child ? childName(child) : [];
      }),
      event,
    ),
  }));
}

function lineOf(
  { event }: Family,
  about: { n?: number; isLost: boolean; teacher?: string; children?: string },
  { from, to }: { from: Date; to: Date },
  meeting: Meeting | undefined,
): Line {
  const where = meeting?.kind === 'video' ? wordsOf(event)('plan.video') : (meeting?.room ?? '');
  return {
    ...(about.n === undefined ? {} : { n: about.n }),
    ...{ from, to, where, isLost: about.isLost, wait: '' },
    span: timeSpan(from, to, event),
    teacher: meeting?.teacher ?? about.teacher ?? '',
    children: meeting?.children ?? about.children ?? '',
    isOpenKind: meeting?.isOpenKind ?? false,
  };
}

function withWaits(lines: Line[], { event }: Family): Line[] {
  return lines.map((line, n) => {
    const before = lines[n - 1];
    const minutes = before ? Math.round((line.from.getTime() - before.to.getTime()) / 60_000) : 0;
    return minutes > 0 ? { ...line, wait: wordsOf(event)('plan.between', { count: minutes }) } : line;
  });
}
