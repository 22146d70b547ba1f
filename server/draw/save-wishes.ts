import type { Deps } from '../deps.js';
import { Draw } from '../models/draw.js';
import { DrawEntry, type DrawWish } from '../models/draw-entry.js';
import { makeCode, makeSalt } from '../seal.js';
import type { Family } from '../parents/load-conference.js';

/**
 * Keeps a household's wishes in place of those it had; its code stays.
 * @returns false where they are closed
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
  // By the clock of now: written after the end it may have been missed by who closes them, and the page then shows what counts.
  return isTaking(_id, deps.now());
}

async function isTaking(_id: Draw['_id'], now: Date): Promise<boolean> {
  const open = { _id, state: 'collecting', from: { $lte: now }, until: { $gt: now } } as const;
  return (await Draw.exists(open)) !== null;
}
