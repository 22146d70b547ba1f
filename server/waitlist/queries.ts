import type { Types } from 'mongoose';
import type { Household } from '../models/household.js';
import { WaitlistEntry } from '../models/waitlist-entry.js';

type Waiter = Pick<Household, '_id' | 'children'>;

/** An entry, and how many are in line up to it. */
export type Placed = WaitlistEntry & { place: number };

/** What a household waits for in an event, in the order of joining, with its place in each line. */
export async function entriesOf(event: Types.ObjectId, household: Waiter): Promise<Placed[]> {
  const mine = await WaitlistEntry.find({ event, household: household._id, open: true })
    .sort({ joinedAt: 1 })
    .lean();
  return withPlaces(mine.filter((entry) => isTheirs(household, entry)));
}

/** One entry of the household, whatever became of it; nothing of anybody else's. */
export async function entryOf(
  event: Types.ObjectId,
  household: Waiter,
  _id: Types.ObjectId,
): Promise<Placed | undefined> {
  const found = await WaitlistEntry.findOne({ _id, event, household: household._id }).lean();
  return found && isTheirs(household, found) ? (await withPlaces([found]))[0] : undefined;
}

/** Nothing is said of a child whom the family has no more. */
function isTheirs({ children }: Waiter, { students }: WaitlistEntry): boolean {
  return students.every((id) => children.some(({ student }) => student.equals(id)));
}

/** Lines are short: of those that a household waits in all are read at once. */
async function withPlaces(mine: WaitlistEntry[]): Promise<Placed[]> {
  const open = mine.filter((entry) => entry.open);
  const lines =
    open.length === 0
      ? []
      : await WaitlistEntry.find(
          { resource: { $in: open.map(({ resource }) => resource) }, open: true },
          { resource: 1, joinedAt: 1 },
        ).lean<Pick<WaitlistEntry, '_id' | 'resource' | 'joinedAt'>[]>();
  return mine.map((entry) =>
    Object.assign({}, entry, {
      place: lines.filter((one) => one.resource.equals(entry.resource) && comesUpTo(one, entry)).length,
    }),
  );
}

type Joined = Pick<WaitlistEntry, '_id' | 'joinedAt'>;

/** Whether one is in front of another, or is that one. */
function comesUpTo(one: Joined, other: Joined): boolean {
  const byTime = one.joinedAt.getTime() - other.joinedAt.getTime();
  return byTime === 0 ? String(one._id) <= String(other._id) : byTime < 0;
}
