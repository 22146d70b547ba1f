import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { isBlocked, User } from '../models/user.js';
import { WaitlistEntry, type Offering } from '../models/waitlist-entry.js';
import { bookingState } from '../web/booking-state.js';
import { groupBy } from '../web/lists.js';
import { endEntry } from './end-entry.js';
import type { Line } from './open-line.js';
import { tellTakenBack } from './tell-offer.js';

/**
 * Takes off the list who waits for nothing any more: whoever has booked meanwhile, whose child was taken away, whose teacher is gone, whose
 * event is over or archived, or of whose household nobody can log in. An adult who joined another household takes their place along.
 */
export async function endOthers(deps: Deps, line: Line, entries: WaitlistEntry[]): Promise<void> {
  if (entries.length === 0) return;
  const { event } = line;
  const isOver = ['over', 'archived'].includes(bookingState(event, deps.now()));
  const facts = await readFacts(event, entries);
  for (const entry of entries) {
    const end = whyEnded(entry, facts) ?? (isOver ? 'gone' : undefined);
    const home = facts.homeOf.get(String(entry.user));
    if (end === 'gone' && isOver && isTold(entry, deps.now())) await tellTakenBack(deps, line, entry);
    if (end) await endEntry(deps, entry, end);
    // An adult who is joining a household this moment is in none.
    else if (home && !home._id.equals(entry.household)) await takeAlong(deps, entry, home._id);
  }
}

type Facts = Awaited<ReturnType<typeof readFacts>>;

async function readFacts({ _id, account }: Line['event'], entries: WaitlistEntry[]) {
  const ids = entries.map(({ household }) => household);
  const joiners = entries.map(({ user }) => user);
  const [households, booked, resources] = await Promise.all([
    Household.find({ account, $or: [{ adults: { $in: joiners } }, { _id: { $in: ids } }] }).lean(),
    Appointment.find(
      { household: { $in: ids }, event: _id, state: { $in: LIVING_STATES } },
      { household: 1, resource: 1, students: 1, bookedAt: 1, replaces: 1 },
    ).lean(),
    Resource.find(
      {
        _id: { $in: entries.map(({ resource }) => resource) },
        // A teacher who left the roster may come back; what was made by hand is deleted for good.
        $or: [{ status: 'active' }, { byHand: { $exists: false } }],
      },
      { _id: 1 },
    ).lean(),
  ]);
  const logins = await User.find(
    { _id: { $in: [...joiners, ...households.flatMap(({ adults }) => adults)] } },
    { blocks: 1 },
  ).lean();
  return {
    homeOf: new Map(households.flatMap((home) => home.adults.map((adult) => [String(adult), home] as const))),
    homes: new Map(households.map((home) => [String(home._id), home])),
    booked: groupBy(booked, (one) => `${String(one.household)} ${String(one.resource)}`),
    resources: new Set(resources.map((one) => String(one._id))),
    /** Every login that there is still, and whether it may come in. */
    logins: new Map(logins.map((login) => [String(login._id), !isBlocked(login, account)])),
  };
}

function whyEnded(entry: WaitlistEntry, facts: Facts): 'booked' | 'gone' | 'removed' | undefined {
  const home = facts.homeOf.get(String(entry.user));
  const met = facts.booked.get(`${String(entry.household)} ${String(entry.resource)}`)?.some(
    (one) =>
      entry.students.some((student) => hasId(one.students, student)) &&
      // A meeting of before at another time is no new one.
      !one.replaces &&
      one.bookedAt !== undefined &&
      one.bookedAt >= entry.joinedAt,
  );
  if (met) return 'booked';
  const lost = [...(home?.removed ?? []), ...(home?.dropped ?? [])];
  const isLost = entry.students.some((student) => lost.some((one) => one.student.equals(student)));
  if (isLost || !facts.resources.has(String(entry.resource))) return 'gone';
  const adults = [entry.user, ...((home ?? facts.homes.get(String(entry.household)))?.adults ?? [])];
  const logins = adults.flatMap((adult) => facts.logins.get(String(adult)) ?? []);
  if (logins.length === 0) return 'gone';
  return logins.includes(true) ? undefined : 'removed';
}

/** Whether they were told of a time that would still be kept for them. */
function isTold(entry: WaitlistEntry, now: Date): entry is Offering {
  return entry.state === 'offered' && entry.offer !== undefined && entry.offer.until > now;
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
