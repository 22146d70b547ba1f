import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { byId } from '../web/lists.js';
import { HOLDER_FIELDS, type HolderOf } from './check-holder.js';
import { Claim, underPrefix } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { ask, findTogether, type Question } from '../models/find-together.js';
import { writesTo, writeTogether, type Write } from '../models/write-together.js';
import { enterDiary, type DiaryWrite } from './enter-diary.js';
import { diariesFor, type CountedNeed, type Need } from './plan-needs.js';
import { remove, takeCount, type ClaimWrite } from './take-count.js';

/** After so many lost rounds in a row it counts as taken. */
const ROUNDS = 500;

type Taken = { ok: true } | { ok: false; reason: Refusal };

/**
 * Takes what a pending appointment needs: reads all of it, writes what is missing, and reads again if somebody was quicker. Taking the same
 * twice succeeds, because a write may arrive and still answer with an error. What the appointment has and does not need is given up. A
 * caller that is refused ends the appointment and then releases it.
 */
export async function takeClaims(deps: Deps, me: Appointment, needs: Need[]): Promise<Taken> {
  for (let round = 0; round < ROUNDS; round++) {
    const planned = await planWrites(me, needs, deps.now());
    if (!planned.ok) return planned;
    if (isSure(planned)) {
      if (await areAllWritten(takingOf(planned))) return { ok: true };
    } else if (
      (await areAllWritten(writesTo<Claim>(Claim, planned.claims))) &&
      (await areAllWritten(writesTo<Diary>(Diary, planned.entries)))
    )
      return { ok: true };
  }
  return { ok: false, reason: 'taken' };
}

export interface Planned {
  ok: true;
  claims: ClaimWrite[];
  entries: DiaryWrite[];
}

/**
 * Whether each claim is made or refused for sure. Then one command, which ends at the first refusal, can enter the diaries too. A claim
 * that is taken over is not sure: it may belong to somebody else by then without a refusal.
 */
export function isSure({ claims }: Planned): boolean {
  return claims.every((write) => 'insertOne' in write);
}

/** What is planned, as writes; claims come first. */
export function takingOf({ claims, entries }: Planned): Write[] {
  return [...writesTo<Claim>(Claim, claims), ...writesTo<Diary>(Diary, entries)];
}

/**
 * What to write so that an appointment, stored or not, has what it needs; or the refusal, if something living is in its way.
 * @param isTheSame whether somebody in the slot is the very meeting that is asked for; `same` names it then
 */
export async function planWrites(
  me: Appointment,
  needs: Need[],
  now: Date,
  isTheSame: (seat: HolderOf) => boolean = () => false,
): Promise<Planned | { ok: false; reason: Refusal; same?: Types.ObjectId }> {
  const counted = needs.filter((need) => need.kind === 'counted');
  const diaryNeeds = needs.filter((need) => need.kind === 'diary');
  const {
    claims: found,
    seats,
    diaries: entered,
  } = await findTogether({
    claims: claimsFor(me, counted),
    seats: seatsFor(me),
    diaries: ask<Diary>(Diary, { _id: { $in: diaryNeeds.flatMap(diariesFor) } }),
  });
  const diaries = new Map(entered.map((diary) => [diary._id, diary]));
  const same = seats.find(isTheSame);
  if (same) return { ok: false, reason: 'taken', same: same._id };
  const seatOf = byId(seats);
  const claims: ClaimWrite[] = [];
  const entries: DiaryWrite[] = [];
  for (const need of counted) {
    const own = found.filter((claim) => claim._id.startsWith(need.prefix));
    const writes = await takeCount(me, need, own, now, seatOf);
    if (!writes) return { ok: false, reason: need.refusal };
    claims.push(...writes);
  }
  for (const need of diaryNeeds) {
    const writes = await enterDiary(me, need, diaries, now);
    if (!writes) return { ok: false, reason: need.refusal };
    entries.push(...writes);
  }
  claims.push(...needless(me, counted, found).map((claim) => remove(me, claim)));
  return { ok: true, claims, entries };
}

/** Finds all claims that the needs count, whoever has them, and all claims of the appointment. */
function claimsFor(me: Appointment, needs: CountedNeed[]): Question<Claim> {
  const filter = { $or: [...needs.map(({ prefix }) => underPrefix(prefix)), { appointment: me._id }] };
  return ask<Claim>(Claim, filter, { $sort: { _id: 1 } });
}

/**
 * Finds who sits in the slot. Most limits are not reached, and then nobody else needs to be looked at; who is not found here is looked up
 * where they are in the way.
 */
function seatsFor({ slot }: Appointment): Question<HolderOf> {
  const filter = { slot, state: { $in: ['pending' as const, ...LIVING_STATES] } };
  return ask<Appointment, HolderOf>(Appointment, filter, { $project: HOLDER_FIELDS });
}

/**
 * Claims that the appointment does not need. Seats are kept: another request may be booking another length (`change-length.ts`). So is the
 * count of another day: the day may have moved since this was read, and then its move gives up the old one (`leave-times.ts`).
 */
function needless(me: Appointment, needs: CountedNeed[], found: Claim[]): Claim[] {
  return found.filter(
    (claim) =>
      me._id.equals(claim.appointment) &&
      !/^(slot|limit-day):/.test(claim._id) &&
      !needs.some(({ prefix }) => claim._id.startsWith(prefix)),
  );
}

/**
 * Does these writes.
 * @returns false if somebody was quicker, or if something was there from before
 */
export async function areAllWritten(writes: Write[]): Promise<boolean> {
  return (await writeTogether(writes)).changed === writes.length;
}
