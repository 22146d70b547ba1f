import type { Deps } from '../deps.js';
import { Draw } from '../models/draw.js';
import { DrawEntry, type DrawWish } from '../models/draw-entry.js';
import { makeCode, makeSalt } from '../seal.js';
import type { Family } from '../parents/load-conference.js';

/**
 * Replaces a household's wishes; its code stays.
 * @returns false if the wishes are closed
 */
export async function saveWishes(
  deps: Pick<Deps, 'now'>,
  { _id }: Pick<Draw, '_id'>,
  { event, household, actor }: Family,
  wishes: DrawWish[],
): Promise<boolean> {
  if (!(await isTaking(_id, deps.now()))) return false;
  await DrawEntry.updateOne(
    { draw: _id, household: household._id },
    {
      $set: { user: actor.user, wishes, changedAt: deps.now() },
      $setOnInsert: { account: event.account, event: event._id, code: makeCode(), salt: makeSalt() },
    },
    { upsert: true },
  );
  // The time after the write: wishes written after the end may be missed by the closing, and the page then shows those that count.
  return isTaking(_id, deps.now());
}

async function isTaking(_id: Draw['_id'], now: Date): Promise<boolean> {
  const open = { _id, state: 'collecting', from: { $lte: now }, until: { $gt: now } } as const;
  return (await Draw.exists(open)) !== null;
}
