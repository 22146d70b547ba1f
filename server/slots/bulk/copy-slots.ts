import { recordAudit } from '../../audit/record-audit.js';
import type { Event } from '../../models/event.js';
import { beside, sitAlike, type Slot } from '../../models/slot.js';
import type { Actor } from '../../web/actor.js';
import { fromLocal, toLocal } from '../../web/local-time.js';
import { addDays, isOneDayTooMany } from '../add-day.js';
import { keepJoined } from '../keep-joined.js';
import { insertSlots, type NewSlot } from '../add-slots.js';
import { groupBy } from '../../web/lists.js';
import type { DayTime } from '../lay-out-days.js';
import type { Teacher } from '../load-teachers.js';
import { planSlots, type ResourcePlan } from '../plan-slots.js';
import { slotsAround } from '../prepare-slots.js';
import { MOST_SLOTS } from '../schema.js';

/** What a new slot is to be, and the slot that it is a copy of. */
type Copied = DayTime & Omit<ReturnType<typeof beside>, keyof DayTime> & { of: Slot };

export type CopyPlan =
  | { ok: true; plans: (ResourcePlan<Copied> & { teacher: Teacher })[]; skipped: number }
  | { ok: false; reason: 'nobody' | 'several days' | 'too many days' | 'too many' };

/**
 * What copying would make. Each teacher in `to` gets every time of the copied slots; if `to` is empty, each teacher gets their own slots on
 * another day. Times that exist already or overlap are left out. Who joins a slot, and its own video link, are the teacher's own: another
 * teacher's copy has neither, and the teacher's own copy has those people who can join it. Writes nothing.
 * @param toDay the day to copy to, '' for the same day; local times stay the same
 */
export async function planCopy(
  event: Pick<Event, '_id' | 'account' | 'timeZone' | 'days'>,
  slots: Slot[],
  { to, toDay, now }: { to: Teacher[]; toDay: string; now: Date },
  teachers: Teacher[],
): Promise<CopyPlan> {
  if (toDay !== '' && new Set(slots.map(({ day }) => day)).size > 1)
    return { ok: false, reason: 'several days' };
  if (toDay !== '' && isOneDayTooMany(event, toDay)) return { ok: false, reason: 'too many days' };
  const moved = slots.flatMap((slot) => copyOf(slot, toDay, event.timeZone) ?? []);
  const bySource = groupBy(await keepJoined(event, moved, now), ({ of }) => of.resource.toHexString());
  const targets =
    to.length > 0 ? to : toDay === '' ? [] : teachers.filter(({ _id }) => bySource.has(_id.toHexString()));
  if (targets.length === 0 || slots.length === 0) return { ok: false, reason: 'nobody' };
  const all = distinct(moved);
  const ownOf = ({ _id }: Teacher) => bySource.get(_id.toHexString()) ?? [];
  const timesOf = (teacher: Teacher) => {
    const own = ownOf(teacher);
    return to.length === 0 ? own : [...own, ...besides(own, all).map(asOther)];
  };
  if (targets.reduce((sum, teacher) => sum + timesOf(teacher).length, 0) > MOST_SLOTS)
    return { ok: false, reason: 'too many' };
  const sorted = all.toSorted((a, b) => +a.from - +b.from);
  const days = [...new Set(sorted.map(({ day }) => day))];
  const around = await slotsAround(event, targets, sorted, days);
  const plans = targets.flatMap((teacher, index) =>
    planSlots(timesOf(teacher), around.slice(index, index + 1)).map((plan) => ({ ...plan, teacher })),
  );
  return { ok: true, plans, skipped: slots.length - moved.length };
}

/** The same local time on another day; undefined where the clocks skip it. */
function copyOf(slot: Slot, toDay: string, zone: string): Copied | undefined {
  const rest = { ...beside(slot), of: slot };
  if (toDay === '' || toDay === slot.day) return { ...rest, from: slot.from, to: slot.to };
  const from = fromLocal(`${toDay}${toLocal(slot.from, zone).slice(10)}`, zone);
  return from && { ...rest, from, to: new Date(+from + (+slot.to - +slot.from)), day: toDay };
}

/** The copy that another teacher gets. */
function asOther({ with: _others, link: _link, ...copied }: Copied): Copied {
  return copied;
}

/** How many new slots have fewer people than what they are a copy of, of the teacher's own and of another teacher's, or another link. */
export function countLost(plans: Extract<CopyPlan, { ok: true }>['plans']) {
  const made = plans.flatMap(({ teacher, add, elsewhere }) =>
    [...add, ...elsewhere].map((copied) => ({ copied, isOwn: copied.of.resource.equals(teacher._id) })),
  );
  const lost = made.filter(({ copied }) => !sitAlike(copied, copied.of));
  return {
    busy: lost.filter(({ isOwn }) => isOwn).length,
    alone: lost.filter(({ isOwn }) => !isOwn).length,
    unlinked: made.filter(({ copied, isOwn }) => !isOwn && copied.of.link).length,
  };
}

/** Those of some times, by time, that overlap none of a teacher's own. */
function besides(own: Copied[], times: Copied[]): Copied[] {
  const taken = own.toSorted((a, b) => +a.from - +b.from);
  let next = 0;
  return times.filter(({ from, to }) => {
    for (; (taken[next]?.to ?? to) <= from;) next++;
    const after = taken[next];
    return !after || after.from >= to;
  });
}

/** Keeps one of several that overlap: the evenings of two teachers, copied to a third, become one. */
function distinct(times: Copied[]): Copied[] {
  const kept: Copied[] = [];
  for (const time of times.toSorted((a, b) => +a.from - +b.from || +a.to - +b.to)) {
    const before = kept.at(-1);
    if (!before || time.from >= before.to) kept.push(time);
  }
  return kept;
}

/**
 * Makes what was planned, except slots that somebody made at the same time.
 * @returns how many slots were made
 */
export async function copySlots(
  actor: Actor,
  event: Pick<Event, '_id' | 'account' | 'days'>,
  plans: Extract<CopyPlan, { ok: true }>['plans'],
  elsewhere: boolean,
  now: Date,
): Promise<number> {
  const wanted = plans.flatMap((plan): NewSlot[] =>
    [...plan.add, ...(elsewhere ? plan.elsewhere : [])].map(({ of: _of, ...copied }) => ({
      ...copied,
      resource: plan.teacher._id,
    })),
  );
  await addDays(event, [...new Set(wanted.map(({ day }) => day))]);
  const made = (await insertSlots(wanted)).length;
  await recordAudit({
    account: event.account,
    event: event._id,
    user: actor.user,
    action: 'copy slots',
    detail: { made, teachers: plans.length },
    at: now,
  });
  return made;
}
