import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { passOn } from './release-claims.js';
import { isSpare, leaveOtherSlots } from './change-length.js';
import { sameHolders } from './take-count.js';

const AT_ONCE = 5000;

/** Where the last round ended. Each round looks at a part, so that a large installation is gone through in some minutes. */
const reached = { claim: '', diary: '' };

/**
 * Frees claims and diary entries that no living appointment holds: a process that died while it took them may have left some.
 * They are in nobody's way meanwhile, since whoever needs one takes it over.
 */
export async function freeClaims(now: Date): Promise<void> {
  const claims = await Claim.find({ _id: { $gt: reached.claim } })
    .sort({ _id: 1 })
    .limit(AT_ONCE)
    .lean();
  const ended = await endedAmong(
    claims.flatMap((claim) => [claim.appointment, ...(claim.next ? [claim.next] : [])]),
  );
  const seats = claims.filter(({ _id }) => _id.startsWith('slot:'));
  const resized = new Map(
    (await findResized(seats.map(({ appointment }) => appointment))).map((one) => [
      one._id.toHexString(),
      one,
    ]),
  );
  for (const claim of claims) {
    const longer = resized.get(claim.appointment.toHexString());
    if (longer && isSpare(claim._id, longer)) await passOn(claim, now);
    else if (ended.has(claim.appointment.toHexString())) await passOn(claim, now);
    else if (claim.next && ended.has(claim.next.toHexString()))
      await Claim.updateOne(sameHolders(claim), { $unset: { next: 1 } });
  }
  reached.claim = claims.length < AT_ONCE ? '' : (claims.at(-1)?._id ?? '');
  await freeDiaries();
}

async function freeDiaries(): Promise<void> {
  const diaries = await Diary.find({ _id: { $gt: reached.diary } })
    .sort({ _id: 1 })
    .limit(AT_ONCE)
    .lean();
  const holders = diaries.flatMap((diary) => diary.busy.map((entry) => entry.appointment));
  const ended = await endedAmong(holders);
  for (const { _id, ...slots } of await findResized(holders)) await leaveOtherSlots(_id, slotsOf(slots));
  for (const diary of diaries) {
    const dead = diary.busy.map((entry) => entry.appointment).filter((id) => ended.has(id.toHexString()));
    if (dead.length > 0)
      await Diary.updateOne({ _id: diary._id }, { $pull: { busy: { appointment: { $in: dead } } } });
    if (dead.length === diary.busy.length) await Diary.deleteOne({ _id: diary._id, busy: { $size: 0 } });
  }
  reached.diary = diaries.length < AT_ONCE ? '' : (diaries.at(-1)?._id ?? '');
}

/** Those that are booked for good in other slots than they were on hold for: nobody who died since is still to give the rest back. */
function findResized(ids: Types.ObjectId[]): Promise<Pick<Appointment, '_id' | 'slot' | 'more'>[]> {
  return Appointment.find(
    { _id: { $in: ids }, state: { $in: LIVING_STATES }, resized: true },
    { slot: 1, more: 1 },
  ).lean();
}

/** Those that are expired, cancelled or missing: final, so that what is freed of them later is freed rightly. */
async function endedAmong(ids: Types.ObjectId[]): Promise<Set<string>> {
  const asked = new Set(ids.map((id) => id.toHexString()));
  const alive = await Appointment.find(
    { _id: { $in: [...asked] }, state: { $nin: ['expired', 'cancelled'] } },
    { _id: 1 },
  ).lean();
  for (const { _id } of alive) asked.delete(_id.toHexString());
  return asked;
}
