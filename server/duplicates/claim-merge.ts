import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Contact } from '../models/contact.js';
import { Duplicate, type Merge } from '../models/duplicate.js';
import { isDeleting, isSyncing } from '../runs/engine/find-at-work.js';
import type { Move } from './move-bookings.js';

/** Somebody else took the merge over, or a sync that took it for cut off has begun: it must write nothing more. */
export class MergeLost extends Error {}

/**
 * A merge that somebody is working on. Between its steps it renews its sign of life, provided nobody else has changed it: after too long a
 * silence it finds that somebody has, and stops.
 */
export class ClaimedMerge {
  readonly pair: Types.ObjectId;
  readonly #now: () => Date;
  #at: Date;

  constructor({ now }: Pick<Deps, 'now'>, pair: Types.ObjectId, { at }: Merge) {
    this.pair = pair;
    this.#now = now;
    this.#at = at;
  }

  /** @param plan is stored with it @throws MergeLost */
  async live(plan: Partial<Merge> = {}): Promise<Merge> {
    const at = this.#now();
    const set = Object.entries({ ...plan, at }).map(([key, value]) => [`merge.${key}`, value] as const);
    const found = await Duplicate.findOneAndUpdate(
      { _id: this.pair, unfinished: true, 'merge.at': this.#at },
      { $set: Object.fromEntries(set) },
      { returnDocument: 'after' },
    ).lean();
    if (!found?.merge) throw new MergeLost();
    this.#at = at;
    return found.merge;
  }

  /** Leaves the pair as it was before it was claimed: open, or (`cutOffAt`) cut off. */
  async giveUp(cutOffAt: Date | undefined): Promise<void> {
    const mine = { _id: this.pair, unfinished: true, 'merge.at': this.#at };
    if (cutOffAt) await Duplicate.updateOne(mine, { $set: { 'merge.at': cutOffAt } });
    else
      await Duplicate.updateOne(mine, {
        $set: { state: 'open' },
        $unset: { merge: 1, unfinished: 1, decidedAt: 1, decidedBy: 1 },
      });
  }

  /** Locks both contacts, in the order of their ids, or neither: each may be in another merge. */
  async lockBoth({ account, keep, drop }: Move): Promise<boolean> {
    const free = { $or: [{ merging: { $exists: false } }, { merging: this.pair }] };
    for (const _id of [keep, drop].sort((a, b) => a.toHexString().localeCompare(b.toHexString()))) {
      const locked = await Contact.updateOne({ _id, account, ...free }, { $set: { merging: this.pair } });
      if (locked.matchedCount === 1) continue;
      await Contact.updateMany(
        { _id: { $in: [keep, drop] }, merging: this.pair },
        { $unset: { merging: 1 } },
      );
      return false;
    }
    return true;
  }
}

/** What prevents a merge, or an identity decision, that has announced itself. */
export async function findAgainst(
  account: Types.ObjectId,
): Promise<'sync is running' | 'being deleted' | undefined> {
  if (await isSyncing(account)) return 'sync is running';
  return (await isDeleting(account)) ? 'being deleted' : undefined;
}
