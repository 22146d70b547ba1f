import type { Deps } from '../deps.js';
import { Appointment, type Refusal } from '../models/appointment.js';
import { HOLDER_FIELDS } from './check-holder.js';
import { Claim, underPrefix } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { ask, findTogether, type Question } from '../models/find-together.js';
import { writesTo, writeTogether, type Write } from '../models/write-together.js';
import { enterDiary, type DiaryWrite } from './enter-diary.js';
import { diariesFor, type CountedNeed, type Need } from './plan-needs.js';
import { remove, takeCount, type ClaimWrite, type HeldClaim } from './take-count.js';

/** More losses in a row than that, and it is as good as taken. */
const ROUNDS = 500;

type Taken = { ok: true } | { ok: false; reason: Refusal };

/**
 * Takes what a pending appointment needs: looks at all of it, writes what is missing, and looks again where somebody was quicker.
 * Taking again what it has already is success, because a write may land and still answer with an error; what it has and needs
 * no more it gives up. Whoever is refused ends the appointment, then releases.
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
 * Whether each of the claims is made or refused: then diaries can be entered by the same command, which ends at the first refusal.
 * Whoever gets no seat has not stood in anybody's way, and a claim that is taken over may be another's by now without a refusal.
 */
export function isSure({ claims }: Planned): boolean {
  return claims.every((write) => 'insertOne' in write);
}

/** What is planned as writes, the claims first. */
export function takingOf({ claims, entries }: Planned): Write[] {
  return [...writesTo<Claim>(Claim, claims), ...writesTo<Diary>(Diary, entries)];
}

/** What is to be written so that an appointment, which need not be there yet, has what it needs; or what lives and is in its way. */
export async function planWrites(
  me: Appointment,
  needs: Need[],
  now: Date,
): Promise<Planned | { ok: false; reason: Refusal }> {
  const counted = needs.filter((need) => need.kind === 'counted');
  const diaryNeeds = needs.filter((need) => need.kind === 'diary');
  const { claims: found, diaries: entered } = await findTogether({
    claims: claimsFor(me, counted),
    diaries: ask<Diary>(Diary, { _id: { $in: diaryNeeds.flatMap(diariesFor) } }),
  });
  const diaries = new Map(entered.map((diary) => [diary._id, diary]));
  const claims: ClaimWrite[] = [];
  const entries: DiaryWrite[] = [];
  for (const need of counted) {
    const own = found.filter((claim) => claim._id.startsWith(need.prefix));
    const writes = await takeCount(me, need, own, now);
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

/** Everything that is taken of what the needs count, by whomever, and whatever the appointment has. */
function claimsFor(me: Appointment, needs: CountedNeed[]): Question<HeldClaim> {
  const filter = { $or: [...needs.map(({ prefix }) => underPrefix(prefix)), { appointment: me._id }] };
  return ask<Claim, HeldClaim>(
    Claim,
    filter,
    { $sort: { _id: 1 } },
    // Of seats alone: most limits are not reached, and then nobody need be looked at.
    { $set: { seated: { $cond: [{ $eq: [{ $substrCP: ['$_id', 0, 5] }, 'slot:'] }, '$appointment', []] } } },
    {
      $lookup: {
        from: Appointment.collection.name,
        localField: 'seated',
        foreignField: '_id',
        pipeline: [{ $project: HOLDER_FIELDS }],
        as: 'holders',
      },
    },
    { $unset: 'seated' },
  );
}

/**
 * What was taken under other rules, as for a class that the student has left since. No seats: those that were taken for another length
 * may be what somebody is booking at this moment (`change-length.ts`).
 */
function needless(me: Appointment, needs: CountedNeed[], found: Claim[]): Claim[] {
  return found.filter(
    (claim) =>
      me._id.equals(claim.appointment) &&
      !claim._id.startsWith('slot:') &&
      !needs.some(({ prefix }) => claim._id.startsWith(prefix)),
  );
}

/** @returns whether all of it was written; if not, somebody was quicker, or it was there from before */
export async function areAllWritten(writes: Write[]): Promise<boolean> {
  return (await writeTogether(writes)).changed === writes.length;
}
