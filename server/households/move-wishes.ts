import type { Types } from 'mongoose';
import { siblingsRule } from '../booking/policy.js';
import { asRead } from '../models/as-read.js';
import { Draw } from '../models/draw.js';
import { DrawEntry, type DrawWish } from '../models/draw-entry.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Event } from '../models/event.js';
import type { Household, HouseholdChild } from '../models/household.js';
import { makeCode, makeSalt } from '../seal.js';
import { distinctIds } from '../web/lists.js';

/**
 * Moves what one household wishes in preference rounds to another, by turns with what that one wishes, as far as the round allows so many. May be
 * cut off anywhere and done again. Once wishes are closed nothing of them is merged or deleted, as they are drawn from: where both wished, each
 * keeps its own, and is booked for who wished (`findActing`).
 */
export async function moveWishes(from: Household['_id'], to: Household['_id'], now: Date): Promise<void> {
  for (const entry of await DrawEntry.find({ household: from }).lean()) {
    if (await handOver(entry, to)) continue;
    const draw = await Draw.findOne({ _id: entry.draw, ...openAt(now) }, { most: 1 }).lean();
    if (!draw) continue;
    await addWishes({ draw: entry.draw, household: to }, entry, draw.most, now);
    // What was sent there meanwhile is moved when this is done again.
    await DrawEntry.deleteOne({ _id: entry._id, household: from, changedAt: entry.changedAt });
  }
}

/** Rounds whose wishes may still change. */
const openAt = (now: Date) => ({ state: 'collecting', until: { $gt: now } }) as const;

/** @returns false where the other one has wishes of its own in that round */
async function handOver({ _id, household }: DrawEntry, to: Types.ObjectId): Promise<boolean> {
  try {
    await DrawEntry.updateOne({ _id, household }, { $set: { household: to } });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** By turns, as each household's first is its dearest. Siblings are wished for in one meeting where the school says so. */
async function addWishes(
  target: Pick<DrawEntry, 'draw' | 'household'>,
  from: DrawEntry,
  most: number,
  now: Date,
): Promise<void> {
  const event = await Event.findById(from.event).lean();
  const together = event !== null && siblingsRule(event) === 'together';
  // Done again after a death it would push out others.
  const mark = `${String(from._id)}:${String(+from.changedAt)}`;
  for (;;) {
    const entry = await DrawEntry.findOne(target).lean();
    if (!entry || entry.merged?.includes(mark)) return;
    const all = mergeWishes(entry.wishes, from.wishes, together);
    const leftOut = Math.max(0, all.length - most) + (entry.leftOut ?? 0) + (from.leftOut ?? 0);
    const added = await DrawEntry.updateOne(
      { _id: entry._id, ...asRead({ wishes: entry.wishes }) },
      {
        $set: { wishes: all.slice(0, most), changedAt: now, ...(leftOut > 0 ? { leftOut } : {}) },
        $addToSet: { merged: mark },
      },
    );
    if (added.matchedCount === 1) return;
  }
}

function mergeWishes(own: DrawWish[], more: DrawWish[], together: boolean): DrawWish[] {
  const isSame = (one: DrawWish, other: DrawWish) =>
    one.resource.equals(other.resource) && (together || one.students.some((id) => has(other.students, id)));
  const kept = own.map((wish) => {
    const added = together ? more.filter((one) => isSame(wish, one)).flatMap(({ students }) => students) : [];
    return { ...wish, students: distinctIds([...wish.students, ...added]) };
  });
  const rest = more.filter((wish) => !own.some((one) => isSame(wish, one)));
  const ranks = [...Array(Math.max(kept.length, rest.length)).keys()];
  return ranks.flatMap((n) => [kept[n] ?? [], rest[n] ?? []].flat());
}

const has = (ids: Types.ObjectId[], id: Types.ObjectId) => ids.some((one) => one.equals(id));

/**
 * Where an adult leaves a household, wishes about children who are theirs go along, and those about children whom others there have stay:
 * about a child of both, each has the wish, and they share its turn. Once wishes are closed they stay, and what was drawn is booked for who has
 * the child (`findParties`). May be done again.
 * @param own the children who go along
 */
export async function splitWishes(
  old: Pick<Household, '_id' | 'children' | 'brought'>,
  fresh: Types.ObjectId,
  adult: Types.ObjectId,
  own: HouseholdChild[],
  now: Date,
): Promise<void> {
  const mine = own.map(({ student }) => student);
  const others = [...old.children, ...(old.brought ?? [])]
    .filter((child) => !child.adult.equals(adult))
    .map(({ student }) => student);
  for (const entry of await DrawEntry.find({ household: old._id }).lean()) {
    const { _id, account, event, draw, changedAt } = entry;
    if (!(await Draw.exists({ _id: draw, ...openAt(now) }))) continue;
    const goes = about(entry.wishes, (id) => has(mine, id));
    if (goes.length > 0)
      await DrawEntry.updateOne(
        { draw, household: fresh },
        {
          $setOnInsert: {
            ...{ account, event, user: adult, code: makeCode(), salt: makeSalt() },
            ...{ wishes: goes, changedAt },
          },
        },
        { upsert: true },
      );
    const stays = about(entry.wishes, (id) => has(others, id) || !has(mine, id));
    await DrawEntry.updateOne({ _id, household: old._id, changedAt }, { $set: { wishes: stays } });
  }
}

function about(wishes: DrawWish[], isOf: (student: Types.ObjectId) => boolean): DrawWish[] {
  return wishes
    .map((wish) => ({ ...wish, students: wish.students.filter(isOf) }))
    .filter(({ students }) => students.length > 0);
}
