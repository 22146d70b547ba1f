import type { Types } from 'mongoose';
import type { Refusal } from '../models/refusal.js';
import type { Resource } from '../models/resource.js';
import { holdersOf, type Slot } from '../models/slot.js';
import { groupBy } from '../web/lists.js';
import { mayBookAtOnce } from './book-at-once.js';
import { goerOf, judgeByRules } from './check-booking.js';
import { keepsNothing, takerOf, type Taker } from '../claims/check-holder.js';
import { judgeChange } from './check-replaced.js';
import { isInTheWay } from '../claims/enter-diary.js';
import { findAround, type Around, type TimesWish, type Wanted } from './find-around.js';
import { goingOf, peopleOf } from '../claims/find-people.js';
import { sittingOf } from '../claims/find-sitting.js';
import { diariesFor, planNeeds, type CountedNeed, type DiaryNeed } from '../claims/plan-needs.js';
import { mayBookNow, MOST_HOLDS } from './policy.js';

/** What a booking of one of a teacher's times would meet at this moment. */
export interface CheckedTime {
  slot: Slot;
  /** Why it would be refused. Absent: it would be booked. */
  reason?: Refusal;
  /** The appointments that are the reason. */
  because: Types.ObjectId[];
  /** Whether all of those are holds, which may still end. */
  isHeld: boolean;
  /** Whether the family itself has all of those. */
  isOwn?: boolean;
  /** Who of the people in the slot is elsewhere, where that is the reason. */
  away?: Resource | undefined;
  /** Who else sits in the slot. */
  beside: Resource[];
}

export interface CheckedWish extends Wanted {
  times: CheckedTime[];
}

/** Says which times can be booked, and why not the others, by the rules, claims and diaries that judge a booking. Takes nothing. */
export async function checkTimes(wish: TimesWish, now: Date): Promise<CheckedWish[]> {
  if (wish.wanted.length === 0) return [];
  return judgeTimes(wish, await findAround(wish, now), now);
}

/** The same from facts that have been read. */
export function judgeTimes(wish: TimesWish, around: Around, now: Date): CheckedWish[] {
  const byResource = groupBy(around.slots, ({ resource }) => String(resource));
  return wish.wanted.map((want) => ({
    ...want,
    times: (byResource.get(String(want.resource)) ?? []).map((slot) => ({
      slot,
      beside: (slot.with ?? []).flatMap((id) => around.resources.get(String(id)) ?? []),
      ...judgeTime(wish, want, slot, around, now),
    })),
  }));
}

type Judged = Omit<CheckedTime, 'slot' | 'beside'>;

const refusedFor = (reason: Refusal, because: Types.ObjectId[] = [], isHeld = false): Judged => ({
  ...{ reason, because, isHeld },
});

function judgeTime(wish: TimesWish, want: Wanted, slot: Slot, around: Around, now: Date): Judged {
  const { event, replaces } = wish;
  if (!wish.asIfOpen && !mayBookNow(event, now, 'household')) return refusedFor('not open');
  const { household } = wish;
  const isTheirs = want.students.every((id) => household.children.some((one) => one.student.equals(id)));
  const judged = judgeByRules(
    { event, students: want.students, by: 'household' },
    {
      slot,
      resource: around.resources.get(String(want.resource)),
      household: isTheirs ? household : undefined,
      contacts: around.contacts,
      classes: around.classes,
    },
    now,
  );
  if (!judged.ok) return refusedFor(judged.reason);
  const { old } = around;
  const mayReplace = old?.resource.equals(slot.resource) && String(old.students) === String(want.students);
  if (replaces && (!old || !mayReplace)) return refusedFor('hold ended');
  const stays = old && judgeChange({ event, by: 'household' }, slot, old, now);
  if (stays) return refusedFor(stays, [old._id]);

  const holders = holdersOf(slot).flatMap((id) => around.resources.get(String(id)) ?? []);
  const goer = goerOf({ event, goer: wish.goer }, household);
  const going = goingOf(household, goer);
  const people = peopleOf(around.logins, going, sittingOf(holders, around.contacts));
  const needs = planNeeds({
    ...{ event, slot, students: want.students, household: household._id, goer, people },
    resource: judged.resource,
    ...(judged.class ? { class: judged.class } : {}),
    ...(replaces ? { replaces } : {}),
  });
  const me = takerOf(wish, { ...want, slot: slot._id }, now);
  const gaveWay = new Set<string>();
  const lives = (id: Types.ObjectId) => {
    const found = around.holders.get(String(id));
    if (!keepsNothing(found, now, me)) return true;
    if (found?.state === 'pending') gaveWay.add(String(id));
    return false;
  };
  for (const need of needs.filter((one) => one.kind === 'counted')) {
    const living = livingOf(need, around, me, lives);
    if (living) return refusedFor(need.refusal, living, isHeld(around, living));
  }
  for (const need of needs.filter((one) => one.kind === 'diary')) {
    const inTheWay = busyFor(need, around, me).filter(lives);
    if (inTheWay.length > 0)
      return {
        ...refusedFor(need.refusal, inTheWay, isHeld(around, inTheWay)),
        isOwn: inTheWay.every((id) => around.holders.get(String(id))?.household.equals(household._id)),
        away: holders.find(({ _id, contact, byHand }) =>
          [contact, byHand?.staff, _id].some((id) => id?.equals(need.person)),
        ),
      };
  }
  // Checked last: a family hears of interpreters only where nothing else is in the way.
  if (around.interpreted && !around.interpreted(slot)) return refusedFor('interpreter busy');
  const isHold = !mayBookAtOnce(event) || replaces !== undefined || slot.kind === 'either';
  const kept = around.holds.filter(({ _id }) => !gaveWay.has(String(_id)));
  return isHold && kept.length >= MOST_HOLDS ? refusedFor('too many holds') : { because: [], isHeld: false };
}

/** The living appointments that use up a count; undefined where something is left. `takeCount` finds the same. */
function livingOf(
  { prefix, of }: CountedNeed,
  { taken }: Around,
  me: Taker,
  lives: (id: Types.ObjectId) => boolean,
): Types.ObjectId[] | undefined {
  const claims = taken.get(prefix) ?? [];
  const replaced = claims.find(({ appointment }) => me.replaces?.equals(appointment));
  if (replaced) return replaced.next && lives(replaced.next) ? [replaced.next] : undefined;
  if (claims.length < of) return undefined;
  const living = claims.flatMap(({ appointment, next }) =>
    lives(appointment) ? [appointment] : next && lives(next) ? [next] : [],
  );
  return living.length >= of ? living : undefined;
}

function busyFor(need: DiaryNeed, { diaries }: Around, me: Taker): Types.ObjectId[] {
  return diariesFor(need)
    .flatMap((id) => diaries.get(id)?.busy ?? [])
    .filter((entry) => isInTheWay(entry, me, need))
    .map(({ appointment }) => appointment);
}

function isHeld({ holders }: Around, ids: Types.ObjectId[]): boolean {
  return ids.some((id) => holders.get(String(id))?.state === 'pending');
}
