import type { AnyBulkWriteOperation } from 'mongoose';
import type { Appointment } from '../models/appointment.js';
import type { Claim } from '../models/claim.js';
import { isDead, keepsNothing, type HolderOf } from './check-holder.js';
import type { CountedNeed } from './plan-needs.js';

export type ClaimWrite = AnyBulkWriteOperation<Claim>;

/** With the appointment that has it, where that was read together with it. */
export type HeldClaim = Claim & { holders?: HolderOf[] };

/**
 * What is to be written so that an appointment has one of the seats, or of the counts of a limit; nothing where it has one.
 * Two who choose by what both have read choose numbers of which at most so many exist, so that one of them collides.
 * @param claims those of the need that are there
 * @returns undefined when all are held by appointments that live
 */
export async function takeCount(
  me: Appointment,
  need: CountedNeed,
  claims: HeldClaim[],
  now: Date,
): Promise<ClaimWrite[] | undefined> {
  const [mine, ...spare] = claims.filter(
    (claim) => me._id.equals(claim.appointment) || claim.next?.equals(me._id),
  );
  if (mine) {
    // A hold from before a limit was set, or lowered, is not booked past it.
    if (me._id.equals(mine.appointment) && !(await leavesRoom(me, need, claims, now))) return undefined;
    // Two requests for one appointment at once may each have taken one: the lowest stays.
    return spare.filter((claim) => me._id.equals(claim.appointment)).map((claim) => remove(me, claim));
  }
  const replaced = claims.find((claim) => me.replaces?.equals(claim.appointment));
  if (replaced) {
    if (replaced.next && !(await isDead(replaced.next, now, me))) return undefined;
    // What the appointment that is to be replaced holds counts as free for its successor.
    return [{ updateOne: { filter: sameHolders(replaced), update: { $set: { next: me._id } } } }];
  }
  const { living, dead } = await weigh(claims, need, me, now);
  if (living >= need.of) return undefined;
  const number = freeNumber(claims, need, living);
  if (number !== undefined) return [insert(me, `${need.prefix}${number}`)];
  return dead && [takeOver(me, dead)];
}

/** Whether the others leave one: each looks when its own is there, so of too many at least the last sees all. */
async function leavesRoom(
  me: Appointment,
  need: CountedNeed,
  claims: HeldClaim[],
  now: Date,
): Promise<boolean> {
  const others = claims.filter(
    ({ appointment }) => !me._id.equals(appointment) && !me.replaces?.equals(appointment),
  );
  return (await weigh(others, need, me, now)).living < need.of;
}

/** How many claims count, and one that can be taken over. While there are fewer claims than seats nobody need be looked at. */
async function weigh(
  claims: HeldClaim[],
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

export async function claimIsDead(claim: HeldClaim, now: Date, taker?: Appointment): Promise<boolean> {
  const [holder] = claim.holders ?? [];
  // Who lives needs no further look; who seems dead is looked at again, and ended for good.
  if (holder && !keepsNothing(holder, now, taker)) return false;
  return (
    (await isDead(claim.appointment, now, taker)) &&
    (claim.next === undefined || (await isDead(claim.next, now, taker)))
  );
}

/** A number that nobody has: the lowest where there is no limit, else any of those left, so that many at once do not all try one. */
function freeNumber(claims: Claim[], need: CountedNeed, living: number): number | undefined {
  const held = new Set(claims.map((claim) => numberOf(claim, need)));
  // Where the number was lowered, claims above it live on and count: only as many are free as are left.
  const wanted = Number.isFinite(need.of) ? need.of - living : 1;
  const free: number[] = [];
  for (let number = 0; number < need.of && free.length < wanted; number++)
    if (!held.has(number)) free.push(number);
  return free[Math.floor(Math.random() * free.length)];
}

function insert(me: Appointment, _id: string): ClaimWrite {
  return { insertOne: { document: { _id, account: me.account, event: me.event, appointment: me._id } } };
}

function takeOver(me: Appointment, dead: Claim): ClaimWrite {
  return {
    updateOne: {
      filter: sameHolders(dead),
      update: { $set: { appointment: me._id }, $unset: { next: 1 } },
    },
  };
}

/** Takes away a claim that the appointment has beside what it needs. */
export function remove(me: Appointment, { _id }: Claim): ClaimWrite {
  return { deleteOne: { filter: { _id, appointment: me._id } } };
}

/** The claim as it was read, or nothing. */
export function sameHolders(claim: Claim): { _id: string } {
  const holders = { appointment: claim.appointment, next: claim.next ?? { $exists: false } };
  return { _id: claim._id, ...holders };
}
