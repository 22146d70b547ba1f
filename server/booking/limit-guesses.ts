import type { Types } from 'mongoose';
import { ChildTry, childTryId } from '../models/child-try.js';
import { isDuplicateKey } from '../models/duplicate-key.js';

/** Families mistype: so many wrong tries at one number cost nobody a wait. */
const FREE = 10;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** After a day without a wrong try all is forgotten. */
const FORGOTTEN_MS = 24 * 3600_000;

/** A try that may be compared. */
export interface Turn {
  id: string;
  /** Wrong tries at this number lately, this one counted as such. */
  wrong: number;
  pauseFrom: Date;
  until: Date;
}

/** How long nobody may try a number again after so many wrong tries: it doubles from some seconds to some minutes. In ms. */
export function pauseAfter(wrong: number): number {
  return wrong < FREE ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(wrong - FREE, 20));
}

/**
 * Takes the next try at a student's number, whoever asks. It counts as wrong before it is compared, so that tries at once are no
 * more tries than tries one after another; the right one is given back.
 */
export async function takeTurn(
  account: Types.ObjectId,
  number: string,
  now: Date,
): Promise<{ ok: true; turn: Turn } | { ok: false; waitMs: number }> {
  const id = childTryId(account, number);
  for (;;) {
    const found = await ChildTry.findById(id).lean();
    if (found && found.until > now) return { ok: false, waitMs: found.until.getTime() - now.getTime() };
    const lately = found && found.lastAt.getTime() + FORGOTTEN_MS > now.getTime() ? found : undefined;
    const wrong = (lately?.wrong ?? 0) + 1;
    const until = new Date(now.getTime() + pauseAfter(wrong));
    const next = {
      account,
      wrong,
      firstAt: lately?.firstAt ?? now,
      lastAt: now,
      until,
      expiresAt: new Date(until.getTime() + FORGOTTEN_MS),
    };
    if (await write(id, found, next)) return { ok: true, turn: { id, wrong, pauseFrom: now, until } };
  }
}

/** Writes what comes next if nobody else was quicker. */
async function write(id: string, found: ChildTry | null, next: Omit<ChildTry, '_id'>): Promise<boolean> {
  if (found) {
    const { wrong, lastAt, until } = found;
    return (await ChildTry.updateOne({ _id: id, wrong, lastAt, until }, { $set: next })).matchedCount === 1;
  }
  try {
    await ChildTry.create({ _id: id, ...next });
    return true;
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return false;
  }
}

/** Takes a try back that was right: it is no wrong one, and nobody waits for it. Those before it stay counted. */
export async function returnTurn({ id, pauseFrom, until }: Turn): Promise<void> {
  const mine = { _id: id, until };
  await ChildTry.updateOne({ _id: id }, { $inc: { wrong: -1 } });
  await ChildTry.updateOne(mine, { $set: { until: pauseFrom } });
}
