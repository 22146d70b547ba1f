import type { Types } from 'mongoose';
import { Contact, contactName } from '../models/contact.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { User } from '../models/user.js';
import { WaitlistEntry } from '../models/waitlist-entry.js';
import { shortDayAndSpan, shortDayAndTime } from '../web/format-time.js';
import { distinctIds, groupBy } from '../web/lists.js';
import type { PlacedEvent } from '../web/place.js';
import { hoursInWords } from './read-hours.js';

/** More than a page is read of; the report has all. */
const MOST = 400;

interface Named {
  teacher: string;
  children: string;
  adults: string;
}

interface StaffLine extends Named {
  id: string;
  place: number;
  joined: string;
  hours: string;
  isWaiting: boolean;
  /** The time that is kept for it. */
  offered: string;
  until: string;
  /** Offers that went unanswered. */
  lapses: number;
}

/** The lines of an event by teacher. */
export async function listLines(
  event: PlacedEvent,
): Promise<{ teachers: { name: string; lines: StaffLine[] }[]; total: number; isCut: boolean }> {
  const scope = { event: event._id, account: event.account, open: true as const };
  const [entries, total] = await Promise.all([
    WaitlistEntry.find(scope).sort({ resource: 1, joinedAt: 1, _id: 1 }).limit(MOST).lean(),
    WaitlistEntry.countDocuments(scope),
  ]);
  const nameOf = await namesIn(event, entries);
  const lines = entries.map((entry) => ({ entry, names: nameOf(entry) }));
  const teachers = [...groupBy(lines, ({ entry }) => entry.resource.toHexString()).values()].map((group) => ({
    name: group[0]?.names.teacher ?? '',
    lines: group.map(({ entry, names }, index): StaffLine => {
      const { offer, state } = entry;
      const isOffered = state !== 'waiting' && offer !== undefined;
      return {
        ...names,
        id: entry._id.toHexString(),
        place: index + 1,
        joined: shortDayAndTime(entry.joinedAt, event),
        hours: entry.days.length > 0 ? hoursInWords(entry, event) : '',
        isWaiting: state === 'waiting',
        offered: isOffered ? shortDayAndSpan(offer.from, offer.to, event) : '',
        until: isOffered ? shortDayAndTime(offer.until, event) : '',
        lapses: entry.lapses,
      };
    }),
  }));
  teachers.sort((a, b) => a.name.localeCompare(b.name, event.locale));
  return { teachers, total, isCut: total > entries.length };
}

export async function nameEntry(event: PlacedEvent, entry: WaitlistEntry): Promise<Named> {
  return (await namesIn(event, [entry]))(entry);
}

/** Whom entries are about, by a few queries for all of them. */
async function namesIn(
  { _id: event, account }: PlacedEvent,
  entries: WaitlistEntry[],
): Promise<(entry: WaitlistEntry) => Named> {
  const idsOf = (pick: (entry: WaitlistEntry) => Types.ObjectId[]) => ({
    $in: distinctIds(entries.flatMap(pick)),
  });
  const [resources, students, households] = await Promise.all([
    Resource.find({ _id: idsOf(({ resource }) => [resource]), event }, { name: 1 }).lean(),
    Contact.find({ _id: idsOf((entry) => entry.students), account }, { firstName: 1, lastName: 1 }).lean(),
    Household.find({ _id: idsOf(({ household }) => [household]), account }, { adults: 1 }).lean(),
  ]);
  const adults = await User.find(
    { _id: { $in: distinctIds(households.flatMap((one) => one.adults)) } },
    { name: 1, email: 1 },
  ).lean();
  const byId = <T extends { _id: Types.ObjectId }>(list: T[]) =>
    new Map(list.map((one) => [one._id.toHexString(), one]));
  const [resourceOf, studentOf, householdOf, adultOf] = [
    byId(resources),
    byId(students),
    byId(households),
    byId(adults),
  ];
  return (entry) => ({
    teacher: resourceOf.get(entry.resource.toHexString())?.name ?? '',
    children: entry.students
      .map((id) => contactName(studentOf.get(id.toHexString()) ?? {}))
      .filter(Boolean)
      .join(', '),
    adults: (householdOf.get(entry.household.toHexString())?.adults ?? [])
      .flatMap((id) => adultOf.get(id.toHexString()) ?? [])
      .map(({ name, email }) => `${name}, ${email}`)
      .join('; '),
  });
}
