import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Claim } from '../models/claim.js';
import { Diary } from '../models/diary.js';
import { passOn } from './release-claims.js';
import { isSpare, leaveOtherSlots } from './change-length.js';
import { sameHolders } from './take-count.js';

const AT_ONCE = 5000;

/** Where the last round ended. Each round looks at one part; the whole of a large installation takes some minutes. */
const reached = { claim: '', diary: '' };

/**
 * Frees claims and diary entries that no living appointment holds, left by a process that died while it took them. Until then they are in
 * nobody's way, because whoever needs one takes it over.
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
  const isLeft = ({ _id, appointment }: Claim) => {
    const longer = resized.get(appointment.toHexString());
    return ended.has(appointment.toHexString()) || (longer && isSpare(_id, longer));
  };
  await passOn(claims.filter(isLeft), now);
  for (const claim of claims) {
    if (isLeft(claim)) continue;
    if (claim.next && ended.has(claim.next.toHexString()))
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

/** Booked appointments that were on hold with other slots: if their process died, they still have the rest. */
function findResized(ids: Types.ObjectId[]): Promise<Pick<Appointment, '_id' | 'slot' | 'more'>[]> {
  return Appointment.find(
    { _id: { $in: ids }, state: { $in: LIVING_STATES }, resized: true },
    { slot: 1, more: 1 },
  ).lean();
}

/** The appointments that are expired, canceled or missing. These states are final, so that their claims may be freed later. */
async function endedAmong(ids: Types.ObjectId[]): Promise<Set<string>> {
  const asked = new Set(ids.map((id) => id.toHexString()));
  const alive = await Appointment.find(
    { _id: { $in: [...asked] }, state: { $nin: ['expired', 'cancelled'] } },
    { _id: 1 },
  ).lean();
  for (const { _id } of alive) asked.delete(_id.toHexString());
  return asked;
}
