import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { WaitlistEntry } from '../models/waitlist-entry.js';
import { bookingState } from '../web/booking-state.js';
import { endEntry } from './end-entry.js';
import type { Line } from './open-line.js';

/**
 * Takes off the list who waits for nothing any more: whoever has booked meanwhile, whose child was taken away, whose teacher is gone or whose
 * event is over. An adult who joined another household takes their place along.
 */
export async function endOthers(deps: Deps, { event }: Line, entries: WaitlistEntry[]): Promise<void> {
  const isOver = bookingState(event, deps.now()) === 'over';
  const ids = entries.map(({ household }) => household);
  const [households, booked, resources] = await Promise.all([
    Household.find({ account: event.account, adults: { $in: entries.map(({ user }) => user) } }).lean(),
    Appointment.find(
      { household: { $in: ids }, event: event._id, state: { $in: LIVING_STATES } },
      { household: 1, resource: 1, students: 1, bookedAt: 1, replaces: 1 },
    ).lean(),
    Resource.find({ _id: { $in: entries.map(({ resource }) => resource) } }, { _id: 1 }).lean(),
  ]);
  for (const entry of entries) {
    const home = households.find(({ adults }) => hasId(adults, entry.user));
    const met = booked.some(
      (one) =>
        one.household.equals(entry.household) &&
        one.resource.equals(entry.resource) &&
        entry.students.some((student) => hasId(one.students, student)) &&
        // A meeting of before at another time is no new one.
        !one.replaces &&
        one.bookedAt !== undefined &&
        one.bookedAt >= entry.joinedAt,
    );
    const lost = [...(home?.removed ?? []), ...(home?.dropped ?? [])];
    const isLost = entry.students.some((student) => lost.some((one) => one.student.equals(student)));
    if (met) await endEntry(deps, entry, 'booked');
    else if (isOver || isLost || !resources.some(({ _id }) => _id.equals(entry.resource)))
      await endEntry(deps, entry, 'gone');
    // An adult who is joining a household this moment is in none.
    else if (home && !home._id.equals(entry.household)) await takeAlong(deps, entry, home._id);
  }
}

function hasId(ids: Types.ObjectId[], id: Types.ObjectId): boolean {
  return ids.some((one) => one.equals(id));
}

/** What was offered to the household of before is offered anew. */
async function takeAlong(deps: Deps, entry: WaitlistEntry, household: Types.ObjectId): Promise<void> {
  try {
    await WaitlistEntry.updateOne(
      { _id: entry._id, state: 'waiting', household: entry.household },
      { $set: { household } },
    );
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    // The household waits for the same already.
    await endEntry(deps, entry, 'left');
  }
}
