import { createHash } from 'node:crypto';
import type { Deps } from '../deps.js';
import { asRead } from '../models/as-read.js';
import { Draw } from '../models/draw.js';
import { DrawEntry, type DrawWish } from '../models/draw-entry.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { makeCode, makeSalt } from '../seal.js';
import type { Family } from '../parents/load-conference.js';

/** What a form of wishes showed: it comes back with the form, and tells whether somebody of the family sent others meanwhile. */
export function seenOf(wishes: DrawWish[] = []): string {
  const shown = wishes.map(({ students, resource, slots, froms, any }) => [
    students,
    resource,
    slots,
    froms,
    any,
  ]);
  return createHash('sha256').update(JSON.stringify(shown)).digest('hex');
}

/**
 * Keeps a household's wishes in place of those that its form showed; its code stays.
 * @param seen what the form showed; '' where the sender doesn't say
 * @returns why they are not kept: `changed` where another adult, or another tab, has sent others meanwhile
 */
export async function saveWishes(
  deps: Pick<Deps, 'now'>,
  { _id }: Pick<Draw, '_id'>,
  { event, household, actor }: Family,
  wishes: DrawWish[],
  seen: string,
): Promise<'saved' | 'closed' | 'changed'> {
  if (!(await isTaking(_id, deps.now()))) return 'closed';
  const own = { draw: _id, household: household._id, account: event.account, event: event._id };
  const isKept = await replaceWishes(own, { user: actor.user, wishes, changedAt: deps.now() }, seen);
  // The same form sent twice finds its own wishes there.
  if (!isKept && seenOf((await DrawEntry.findOne(own, { wishes: 1 }).lean())?.wishes) !== seenOf(wishes))
    return 'changed';
  // By the clock of now: written after the end it may have been missed by who closes them, and the page then shows what counts.
  return (await isTaking(_id, deps.now())) ? 'saved' : 'closed';
}

/** @returns false where other wishes than the form showed are there */
async function replaceWishes(
  own: Pick<DrawEntry, 'draw' | 'household' | 'account' | 'event'>,
  sent: Pick<DrawEntry, 'user' | 'wishes' | 'changedAt'>,
  seen: string,
): Promise<boolean> {
  const before = await DrawEntry.findOne(own, { wishes: 1 }).lean();
  if (seen !== '' && seen !== seenOf(before?.wishes)) return false;
  if (!before) return insert({ ...sent, ...own });
  const same = { _id: before._id, ...own, ...asRead({ wishes: before.wishes }) };
  const saved = await DrawEntry.updateOne(same, { $set: sent, $unset: { leftOut: 1 } });
  return saved.matchedCount === 1;
}

/** @returns false where somebody of the family was quicker */
async function insert(first: Omit<DrawEntry, '_id' | 'code' | 'salt'>): Promise<boolean> {
  try {
    await DrawEntry.create({ ...first, code: makeCode(), salt: makeSalt() });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

async function isTaking(_id: Draw['_id'], now: Date): Promise<boolean> {
  const open = { _id, state: 'collecting', from: { $lte: now }, until: { $gt: now } } as const;
  return (await Draw.exists(open)) !== null;
}
