import type { AnyBulkWriteOperation } from 'mongoose';
import type { Appointment } from '../models/appointment.js';
import type { Claim } from '../models/claim.js';
import { isDead, keepsNothing, type HolderOf } from './check-holder.js';
import type { CountedNeed } from './plan-needs.js';

export type ClaimWrite = AnyBulkWriteOperation<Claim>;

/** Appointments that were read with the claims, by their ids: who has a claim may be among them. */
export type Holders = ReadonlyMap<string, HolderOf>;

/**
 * The writes that give an appointment one seat, or one count of a limit; none where it has one. Two who have read the same choose from as
 * many numbers as exist, so that one of them collides if there are too few.
 * @param claims the existing claims of the need
 * @returns undefined when living appointments hold all of them
 */
export async function takeCount(
  me: Appointment,
  need: CountedNeed,
  claims: Claim[],
  now: Date,
  holders: Holders = new Map(),
): Promise<ClaimWrite[] | undefined> {
  const [mine, ...spare] = claims.filter(
    (claim) => me._id.equals(claim.appointment) || claim.next?.equals(me._id),
  );
  if (mine) {
    // A hold from before a limit was set or lowered cannot be booked past it.
    if (me._id.equals(mine.appointment) && !(await leavesRoom(me, need, claims, holders, now)))
      return undefined;
    // Two requests at once for one appointment may each have taken a claim: the lowest stays.
    return spare.filter((claim) => me._id.equals(claim.appointment)).map((claim) => remove(me, claim));
  }
  const replaced = claims.find((claim) => me.replaces?.equals(claim.appointment));
  if (replaced) {
    if (replaced.next && !(await isDead(replaced.next, now, me))) return undefined;
    // What the replaced appointment holds counts as free for its successor.
    return [{ updateOne: { filter: sameHolders(replaced), update: { $set: { next: me._id } } } }];
  }
  const { living, dead } = await weigh(claims, need, me, holders, now);
  if (living >= need.of) return undefined;
  const number = freeNumber(claims, need, living);
  if (number !== undefined) return [insert(me, `${need.prefix}${number}`)];
  return dead && [takeOver(me, dead)];
}

/** Whether the others leave a claim free. Each looks after its own is stored, so that of too many at least the last one sees all. */
async function leavesRoom(
  me: Appointment,
  need: CountedNeed,
  claims: Claim[],
  holders: Holders,
  now: Date,
): Promise<boolean> {
  const others = claims.filter(
    ({ appointment }) => !me._id.equals(appointment) && !me.replaces?.equals(appointment),
  );
  return (await weigh(others, need, me, holders, now)).living < need.of;
}

/** Counts the claims that live, and finds one that can be taken over. While there are fewer claims than seats, no holder is looked at. */
async function weigh(
  claims: Claim[],
  need: CountedNeed,
  me: Appointment,
  holders: Holders,
  now: Date,
): Promise<{ living: number; dead?: Claim }> {
  if (claims.length < need.of) return { living: claims.length };
  let living = 0;
  let dead: Claim | undefined;
  for (const claim of claims) {
    if (!(await claimIsDead(claim, holders, now, me))) living++;
    else if (numberOf(claim, need) < need.of) dead ??= claim;
    if (living >= need.of) break;
  }
  return { living, ...(dead ? { dead } : {}) };
}

function numberOf(claim: Claim, need: CountedNeed): number {
  return Number(claim._id.slice(need.prefix.length));
}

async function claimIsDead(claim: Claim, holders: Holders, now: Date, taker?: Appointment): Promise<boolean> {
  const holder = holders.get(claim.appointment.toHexString());
  // A living holder is certain. One that seems dead is looked at again, and ended for good.
  if (holder && !keepsNothing(holder, now, taker)) return false;
  return (
    (await isDead(claim.appointment, now, taker)) &&
    (claim.next === undefined || (await isDead(claim.next, now, taker)))
  );
}

/** A free number: the lowest where there is no limit, otherwise a random one, so that many at once do not all try the same. */
function freeNumber(claims: Claim[], need: CountedNeed, living: number): number | undefined {
  const held = new Set(claims.map((claim) => numberOf(claim, need)));
  // After a limit was lowered, claims above it live and count, so fewer numbers are left than are unused.
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

/** Removes a claim that the appointment does not need. */
export function remove(me: Appointment, { _id }: Claim): ClaimWrite {
  return { deleteOne: { filter: { _id, appointment: me._id } } };
}

/** A filter: the claim as it was read. */
export function sameHolders(claim: Claim): { _id: string } {
  const holders = { appointment: claim.appointment, next: claim.next ?? { $exists: false } };
  return { _id: claim._id, ...holders };
}
