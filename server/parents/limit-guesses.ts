import type { Types } from 'mongoose';
import { ChildTry, childTryId, loginTryId } from '../models/child-try.js';
import { isDuplicateKey } from '../models/duplicate-key.js';

/** Families mistype, so this many wrong tries at one number cost nobody a wait. */
const FREE = 10;
const FIRST_PAUSE_MS = 5000;
const LONGEST_PAUSE_MS = 5 * 60_000;
/** The longest that a login without a wrong try at the number waits because of others. */
const LONGEST_FOR_OTHERS_MS = 60_000;
/** After a day without a wrong try, all tries are forgotten. */
const FORGOTTEN_MS = 24 * 3600_000;

/** A login, and the student's number that it tries. */
export interface Trier {
  account: Types.ObjectId;
  user: Types.ObjectId;
  number: string;
}

/** A try that may be compared. */
export interface Turn {
  /** The documents that count it: one of the number, one of the login. */
  id: string;
  own: string;
  /** Recent wrong tries at this number, including this one. */
  wrong: number;
  pauseFrom: Date;
  until: Date;
}

export type Taken = { ok: true; turn: Turn } | { ok: false; waitMs: number };

/** How long nobody may try a number after so many wrong tries, in ms. It doubles from some seconds to some minutes. */
export function pauseAfter(wrong: number): number {
  return wrong < FREE ? 0 : Math.min(LONGEST_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(wrong - FREE, 20));
}

/**
 * Takes the next try at a student's number. Tries at one number wait for each other. A login that has to wait gets a place that no other
 * login moves, so that the real parent gets in however many others guess. A try counts as wrong before it is compared, so that tries at
 * once gain nothing; a right one is given back.
 */
export async function takeTurn(trier: Trier, now: Date): Promise<Taken> {
  const id = childTryId(trier.account, trier.number);
  const own = loginTryId(trier.account, trier.number, trier.user);
  for (;;) {
    const found = await ChildTry.find({ _id: { $in: [id, own] } }).lean();
    const shared = found.find(({ _id }) => _id === id);
    const mine = found.find(({ _id }) => _id === own);
    const mustWait = shared !== undefined && shared.until > now;
    if (mustWait) {
      const place = mine?.place ?? (await keepPlace(own, trier, mine, now));
      if (place > now)
        return { ok: false, waitMs: Math.min(place.getTime(), shared.until.getTime()) - now.getTime() };
      if (!(await usePlace(own, place))) continue;
    }
    const next = countedIn(trier, shared, now);
    if (!(mustWait ? await add(id, next) : await write(id, shared, next))) continue;
    await countOwn(own, trier, mine, now);
    return { ok: true, turn: { id, own, wrong: next.wrong, pauseFrom: now, until: next.until } };
  }
}

/** The count after another try at the number. */
function countedIn({ account }: Trier, before: ChildTry | undefined, now: Date): Omit<ChildTry, '_id'> {
  const lately = isLate(before, now) ? undefined : before;
  const wrong = (lately?.wrong ?? 0) + 1;
  const until = new Date(now.getTime() + pauseAfter(wrong));
  return {
    account,
    wrong,
    firstAt: lately?.firstAt ?? now,
    lastAt: now,
    until,
    expiresAt: new Date(until.getTime() + FORGOTTEN_MS),
  };
}

function isLate(tried: ChildTry | undefined, now: Date): boolean {
  return !tried || tried.lastAt.getTime() + FORGOTTEN_MS <= now.getTime();
}

/** Writes the new count unless somebody else was quicker. */
async function write(id: string, found: ChildTry | undefined, next: Omit<ChildTry, '_id'>): Promise<boolean> {
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

/** Counts a try that has a place of its own, whatever others try at the same moment. */
async function add(id: string, { lastAt, until, expiresAt }: Omit<ChildTry, '_id'>): Promise<boolean> {
  const counted = await ChildTry.updateOne(
    { _id: id },
    { $inc: { wrong: 1 }, $max: { lastAt, until, expiresAt } },
  );
  return counted.matchedCount === 1;
}

/** When a login that has to wait may try. It keeps the first place that it gets. */
async function keepPlace(
  own: string,
  { account }: Trier,
  mine: ChildTry | undefined,
  now: Date,
): Promise<Date> {
  const hasGuessed = !isLate(mine, now) && (mine?.wrong ?? 0) > 0;
  const place = new Date(now.getTime() + (hasGuessed ? LONGEST_PAUSE_MS : LONGEST_FOR_OTHERS_MS));
  const expiresAt = new Date(place.getTime() + FORGOTTEN_MS);
  try {
    await ChildTry.updateOne(
      { _id: own, place: { $exists: false } },
      {
        $set: { place, expiresAt },
        $setOnInsert: { account, wrong: 0, firstAt: now, lastAt: now, until: now },
      },
      { upsert: true },
    );
    return place;
  } catch (error) {
    // The same login, twice at once.
    if (!isDuplicateKey(error)) throw error;
    return (await ChildTry.findById(own).lean())?.place ?? place;
  }
}

/**
 * Uses a place up.
 * @returns false if another try of the same login has used it
 */
async function usePlace(own: string, place: Date): Promise<boolean> {
  return (await ChildTry.updateOne({ _id: own, place }, { $unset: { place: 1 } })).matchedCount === 1;
}

async function countOwn(
  own: string,
  { account }: Trier,
  mine: ChildTry | undefined,
  now: Date,
): Promise<void> {
  const isFirst = isLate(mine, now);
  await ChildTry.updateOne(
    { _id: own },
    {
      ...(isFirst ? {} : { $inc: { wrong: 1 } }),
      $set: {
        account,
        lastAt: now,
        until: now,
        expiresAt: new Date(now.getTime() + FORGOTTEN_MS),
        ...(isFirst ? { wrong: 1, firstAt: now } : {}),
      },
      $unset: { place: 1 },
    },
    { upsert: true },
  );
}

/** Takes back a try that was right: it does not count, and nobody waits for it. Earlier tries still count. */
export async function returnTurn({ id, own, pauseFrom, until }: Turn): Promise<void> {
  await ChildTry.updateMany({ _id: { $in: [id, own] } }, { $inc: { wrong: -1 } });
  await ChildTry.updateOne({ _id: id, until }, { $set: { until: pauseFrom } });
}
