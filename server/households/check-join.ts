import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { HouseholdChange } from '../models/household-change.js';
import { isBlocked, User } from '../models/user.js';
import { groupBy } from '../web/lists.js';
import { MOST_ADULTS } from './policy.js';

/** Why an adult cannot join a household; said by the catalog's `household` section. */
export type JoinRefusal = 'over' | 'already' | 'shares' | 'full' | 'school' | 'under way';

/** What two households would have too much of together. Nothing of it keeps them apart; somebody has to decide. */
export interface TooMuch {
  /** Pairs of meetings at one time. */
  clashes: [Appointment, Appointment][];
  /** Events in which they have more meetings than a family may have. */
  over: { event: Types.ObjectId; count: number; most: number }[];
  /** Meetings with the same teacher about the same child. */
  doubles: [Appointment, Appointment][];
}

export type Joinable =
  ({ ok: true; own: Household | undefined } & TooMuch) | { ok: false; reason: JoinRefusal };

/**
 * Whether an adult may join a household, and what would clash then.
 * @param inviter who must still be in the household, and not blocked
 */
export async function checkJoin(
  account: Types.ObjectId,
  household: Household | null,
  inviter: Types.ObjectId,
  adult: Types.ObjectId,
  now: Date,
): Promise<Joinable> {
  const isIn = (list: Types.ObjectId[], id: Types.ObjectId) => list.some((one) => one.equals(id));
  if (!household || household.keptFor || household.ofSchool || !isIn(household.adults, inviter))
    return { ok: false, reason: 'over' };
  if (await isShutOut(account, inviter)) return { ok: false, reason: 'over' };
  if (isIn(household.adults, adult)) return { ok: false, reason: 'already' };
  if (household.adults.length >= MOST_ADULTS) return { ok: false, reason: 'full' };
  const own = (await Household.findOne({ account, adults: adult }).lean()) ?? undefined;
  if (own && own.adults.length > 1) return { ok: false, reason: 'shares' };
  const touched = [household._id, ...(own ? [own._id] : [])];
  const isUnderWay = await HouseholdChange.exists({
    state: 'accepted',
    $or: [
      { touches: { $in: touched } },
      { household: { $in: touched } },
      { adult: { $in: [inviter, adult] } },
    ],
  });
  if (isUnderWay) return { ok: false, reason: 'under way' };
  // Whom the school took away from one of them is not handed back by the other.
  const lost = (a: Pick<Household, 'removed'>, b: Pick<Household, 'children'>) =>
    (a.removed ?? []).some(({ student }) => b.children.some((child) => child.student.equals(student)));
  if (own && (lost(own, household) || lost(household, own))) return { ok: false, reason: 'school' };
  return { ok: true, own, ...(own ? await findTooMuch(household._id, own._id, now) : NOTHING) };
}

/** Whether the school has blocked an adult, whose invitations let nobody in. */
export async function isShutOut(account: Types.ObjectId, adult: Types.ObjectId): Promise<boolean> {
  const found = await User.findById(adult, { blocks: 1 }).lean();
  return found !== null && isBlocked(found, account);
}

const NOTHING: TooMuch = { clashes: [], over: [], doubles: [] };

async function findTooMuch(one: Types.ObjectId, other: Types.ObjectId, now: Date): Promise<TooMuch> {
  const all = await Appointment.find({
    household: { $in: [one, other] },
    state: { $in: LIVING_STATES },
    from: { $gt: new Date(now.getTime() - 24 * 3600_000) },
  })
    .sort({ from: 1 })
    .lean();
  const coming = all.filter(({ to }) => to > now);
  const [theirs, own] = [one, other].map((id) => coming.filter(({ household }) => household.equals(id)));
  const pairs = (theirs ?? []).flatMap((a) => (own ?? []).map((b): [Appointment, Appointment] => [a, b]));
  const clashes = pairs.filter(([a, b]) => a.from < b.to && b.from < a.to);
  const doubles = pairs.filter(
    ([a, b]) =>
      a.resource.equals(b.resource) && a.students.some((id) => b.students.some((same) => same.equals(id))),
  );
  const byEvent = groupBy(all, ({ event }) => event.toHexString());
  const events = await Event.find(
    { _id: { $in: all.map(({ event }) => event) }, 'booking.perHousehold': { $gt: 0 } },
    { booking: 1 },
  ).lean();
  const over = events.flatMap(({ _id, booking: { perHousehold: most } }) => {
    const count = byEvent.get(_id.toHexString())?.length ?? 0;
    return count > most ? [{ event: _id, count, most }] : [];
  });
  return { clashes, over, doubles };
}

/** Whether somebody has to decide before they join. */
export function isTooMuch({ clashes, over, doubles }: TooMuch): boolean {
  return clashes.length + over.length + doubles.length > 0;
}
