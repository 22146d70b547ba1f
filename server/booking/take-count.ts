import mongoose from 'mongoose';
import type { Appointment } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import { isDead } from './check-holder.js';
import type { CountedNeed } from './plan-needs.js';

const { MongoServerError } = mongoose.mongo;
/** More losses in a row than that, and it is as good as taken. */
const ROUNDS = 500;

/**
 * Takes one of the seats, or of the counts of a limit. Doing it again for the same appointment takes no second one.
 * @returns false when all are held by appointments that live
 */
export async function takeCount(me: Appointment, need: CountedNeed, now: () => Date): Promise<boolean> {
  for (let round = 0; round < ROUNDS; round++) {
    const claims = await claimsOf(need.prefix);
    const mine = claims.filter((claim) => me._id.equals(claim.appointment) || claim.next?.equals(me._id));
    if (mine.length > 0) {
      await keepOne(me, mine);
      return true;
    }
    const replaced = claims.find((claim) => me.replaces?.equals(claim.appointment));
    if (replaced) {
      if (replaced.next && !(await isDead(replaced.next, now(), me))) return false;
      if (await inherit(me, replaced)) return true;
      continue;
    }
    const { living, dead } = await weigh(claims, need, me, now());
    if (living >= need.of) return false;
    // Where the number was lowered, claims above it live on and count: only as many are free as are left.
    const free = freeNumbers(claims, need).slice(0, need.of - living);
    // Any of them, so that many who come at once do not all try the same one.
    const number = free[Math.floor(Math.random() * free.length)];
    if (number !== undefined) await insert(me, `${need.prefix}${number}`);
    else if (dead) await takeOver(me, dead);
  }
  return false;
}

function claimsOf(prefix: string): Promise<Claim[]> {
  // ';' follows ':' in the order of bytes: everything that begins with the prefix.
  return Claim.find({ _id: { $gt: prefix, $lt: `${prefix.slice(0, -1)};` } })
    .sort({ _id: 1 })
    .lean();
}

/** Two requests for one appointment at once may each have taken one: the lowest stays. */
async function keepOne(me: Appointment, mine: Claim[]): Promise<void> {
  const spare = mine.filter((claim) => me._id.equals(claim.appointment)).map((claim) => claim._id);
  const kept = mine[0]?._id;
  const ids = spare.filter((id) => id !== kept);
  if (ids.length > 0) await Claim.deleteMany({ _id: { $in: ids }, appointment: me._id });
}

/** What the appointment that is to be replaced holds counts as free for its successor. */
async function inherit(me: Appointment, claim: Claim): Promise<boolean> {
  const result = await Claim.updateOne(sameHolders(claim), { $set: { next: me._id } });
  return result.modifiedCount === 1;
}

/** How many claims count, and one that can be taken over. While there are fewer claims than seats nobody need be looked at. */
async function weigh(
  claims: Claim[],
  need: CountedNeed,
  me: Appointment,
  now: Date,
): Promise<{ living: number; dead?: Claim }> {
  if (claims.length < need.of) return { living: claims.length };
  let living = 0;
  let dead: Claim | undefined;
  for (const claim of claims) {
    if (!(await claimIsDead(claim, now, me))) living++;
    else if (numberOf(claim, need) < need.of) dead ??= claim;
    if (living >= need.of) break;
  }
  return { living, ...(dead ? { dead } : {}) };
}

function numberOf(claim: Claim, need: CountedNeed): number {
  return Number(claim._id.slice(need.prefix.length));
}

export async function claimIsDead(claim: Claim, now: Date, taker?: Appointment): Promise<boolean> {
  return (
    (await isDead(claim.appointment, now, taker)) &&
    (claim.next === undefined || (await isDead(claim.next, now, taker)))
  );
}

function freeNumbers(claims: Claim[], need: CountedNeed): number[] {
  const held = new Set(claims.map((claim) => numberOf(claim, need)));
  return Array.from({ length: need.of }, (_, n) => n).filter((n) => !held.has(n));
}

async function insert(me: Appointment, id: string): Promise<void> {
  try {
    await Claim.create({ _id: id, account: me.account, event: me.event, appointment: me._id });
  } catch (error) {
    // Somebody was quicker, or it is ours from before: the next round sees which.
    if (!(error instanceof MongoServerError && error.code === 11000)) throw error;
  }
}

async function takeOver(me: Appointment, dead: Claim): Promise<void> {
  await Claim.updateOne(sameHolders(dead), { $set: { appointment: me._id }, $unset: { next: 1 } });
}

/** The claim as it was read, or nothing. */
export function sameHolders(claim: Claim): object {
  return { _id: claim._id, appointment: claim.appointment, next: claim.next ?? { $exists: false } };
}
