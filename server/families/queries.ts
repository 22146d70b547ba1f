import type { Types } from 'mongoose';
import { withNames, type Meeting } from '../meetings/name-meetings.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Contact, contactName } from '../models/contact.js';
import { Event } from '../models/event.js';
import { documentsOf, findTogether } from '../models/find-together.js';
import { Household, type ChildProof } from '../models/household.js';
import { findInEvent, type EventPart } from './find-in-event.js';
import type { Actor } from '../web/actor.js';
import { placed, type PlacedEvent, type Style } from '../web/place.js';
import { isBlocked, User } from '../models/user.js';

/** A child that an adult has, or had until the school took it away or they parted with it. */
export interface ClaimedChild {
  id: string;
  name: string;
  by: ChildProof;
  since: Date;
  removedAt?: Date;
  droppedAt?: Date;
}

export interface ComingMeeting extends Meeting {
  event: Pick<PlacedEvent, 'name' | 'timeZone' | 'locale'>;
}

/** A parent's login as the school sees it. */
export interface Adult {
  user: User;
  household: Household | null;
  children: ClaimedChild[];
  /** Future appointments, by time. */
  coming: ComingMeeting[];
  blockedAt?: Date;
  /** The login also has access as staff of this account. */
  isStaff: boolean;
  /** For somebody who runs one event: the part of the family that is in it. Children and appointments are limited to that. */
  part?: EventPart;
}

/** The most appointments that are listed; a family has a few. */
const MOST = 200;

/**
 * A parent in the account; null for anybody else, so that ids reveal nothing.
 * @param event limits the result to this event; null if no part of the family is in it
 */
export async function findAdult(
  { account, locale }: Pick<Actor, 'account' | 'locale'>,
  id: Types.ObjectId,
  now: Date,
  event?: Types.ObjectId,
): Promise<Adult | null> {
  const {
    users: [user],
    households: [household = null],
  } = await findTogether({
    users: documentsOf(User, { _id: id }),
    households: documentsOf(Household, { account, adults: id }, { limit: 1 }),
  });
  const grants = user?.grants.filter((grant) => grant.account.equals(account)) ?? [];
  if (!user || (!household && !grants.some(({ level }) => level === 'customer'))) return null;
  const part = event && (household ? await findInEvent(event, household, now) : null);
  if (part === null) return null;
  const blockedAt = user.blocks?.find((block) => block.account.equals(account))?.at;
  return {
    user,
    household,
    children: household ? await childrenOf(household, part) : [],
    coming: household ? await comingOf(household, { locale }, now, { event }) : [],
    ...(isBlocked(user, account) && blockedAt ? { blockedAt } : {}),
    isStaff: grants.some(({ level }) => level !== 'customer'),
    ...(part ? { part } : {}),
  };
}

async function childrenOf(household: Household, part?: EventPart): Promise<ClaimedChild[]> {
  const all = [
    ...household.children.map(({ student, by, at }) => ({ student, by, since: at })),
    ...(household.removed ?? []).map(({ student, by, since, at }) => ({ student, by, since, removedAt: at })),
    ...(household.dropped ?? []).map(({ student, by, since, at }) => ({ student, by, since, droppedAt: at })),
  ];
  const claims = all.filter(({ student }) => !part || part.children.some((one) => one.equals(student)));
  const people = await Contact.find(
    { _id: { $in: claims.map(({ student }) => student) }, account: household.account },
    { firstName: 1, lastName: 1, email: 1 },
  ).lean();
  const names = new Map(people.map((person) => [person._id.toHexString(), contactName(person)]));
  return claims.map(({ student, ...claim }) => ({
    id: student.toHexString(),
    name: names.get(student.toHexString()) ?? 'No longer known',
    ...claim,
  }));
}

/**
 * Future appointments.
 * @param only about this child, or in this event
 */
export async function comingOf(
  household: Pick<Household, '_id'>,
  style: Style,
  now: Date,
  only: { student?: Types.ObjectId; event?: Types.ObjectId | undefined } = {},
): Promise<ComingMeeting[]> {
  const found = await Appointment.find({
    household: household._id,
    state: { $in: LIVING_STATES },
    from: { $gt: now },
    ...(only.student ? { students: only.student } : {}),
    ...(only.event ? { event: only.event } : {}),
  })
    .sort({ from: 1 })
    .limit(MOST)
    .lean();
  if (found.length === 0) return [];
  const events = await Event.find(
    { _id: { $in: found.map(({ event }) => event) } },
    { name: 1, timeZone: 1 },
  ).lean();
  const meetings = await withNames(found, style);
  return meetings.flatMap((meeting, index) => {
    const event = events.find(({ _id }) => found[index]?.event.equals(_id));
    return event ? [{ ...meeting, event: placed(event, style) }] : [];
  });
}
