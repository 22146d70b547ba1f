import type { Types } from 'mongoose';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { WaitlistEntry, wishOf } from '../models/waitlist-entry.js';
import { eventIds } from './find-clash.js';
import { exchange, type Move } from './move-bookings.js';

/** Moves what families wait for about a student. What was being offered is offered anew, under the remaining contact. */
export async function moveWaiting({ account, keep, drop }: Move): Promise<void> {
  const found = await WaitlistEntry.find({
    event: { $in: await eventIds(account) },
    students: drop,
  }).lean();
  for (const entry of found)
    await rename(entry, { resource: entry.resource, students: exchange(entry.students, drop, keep) });
}

/** Moves a teacher's line into another's: each family keeps the time at which it joined. */
export async function joinLines(from: Types.ObjectId, to: Types.ObjectId): Promise<void> {
  for (const entry of await WaitlistEntry.find({ resource: from }).lean())
    await rename(entry, { resource: to, students: entry.students });
}

async function rename(
  { _id, open }: WaitlistEntry,
  { resource, students }: Pick<WaitlistEntry, 'resource' | 'students'>,
): Promise<void> {
  const about = { resource, students, wish: wishOf(resource, students) };
  try {
    // The hold of an offer that no entry names any more is ended.
    const anew = open
      ? { $set: { ...about, state: 'waiting' as const }, $unset: { offer: 1 as const } }
      : { $set: about };
    await WaitlistEntry.updateOne({ _id, open: open ?? { $exists: false } }, anew);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // The family waits for the same already.
    await WaitlistEntry.updateOne({ _id }, { $set: { ...about, state: 'left' }, $unset: { open: 1 } });
  }
}
