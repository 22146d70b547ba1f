import { Types } from 'mongoose';
import { Contact, contactName } from '../models/contact.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { User } from '../models/user.js';
import { WaitlistEntry } from '../models/waitlist-entry.js';
import { shortDayAndSpan, shortDayAndTime } from '../web/format-time.js';
import { byId, distinctIds, groupBy } from '../web/lists.js';
import type { PlacedEvent } from '../web/place.js';
import { hoursInWords, hoursOn } from './read-hours.js';

/** How many families a page shows. */
export const PAGE_SIZE = 100;

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
  /** A time is kept for it, and it was told. */
  isOffered: boolean;
  /** The time that is kept for it. */
  offered: string;
  until: string;
  /** Offers that went unanswered. */
  lapses: number;
}

/** How many wait for a teacher. */
interface Count {
  id: string;
  name: string;
  count: number;
}

/**
 * A page of an event's lines: teacher by teacher in the order of `counts`, each line from its first.
 * @param skip how many families are on the pages before
 */
export async function listLines(
  event: PlacedEvent,
  counts: Count[],
  skip: number,
): Promise<{ name: string; lines: StaffLine[] }[]> {
  const parts = partsOf(counts, skip);
  const entries = (
    await Promise.all(
      joinWhole(parts).map(({ ids, from, most }) =>
        WaitlistEntry.find({
          ...{ event: event._id, account: event.account, open: true },
          resource: { $in: ids.map((id) => new Types.ObjectId(id)) },
        })
          .sort({ resource: 1, joinedAt: 1, _id: 1 })
          .skip(from)
          .limit(most)
          .lean(),
      ),
    )
  ).flat();
  const nameOf = await namesIn(event, entries);
  const lines = entries.map((entry) => ({ entry, names: nameOf(entry) }));
  const groups = groupBy(lines, ({ entry }) => entry.resource.toHexString());
  return parts.map(({ id, name, from }) => ({
    name,
    lines: (groups.get(id) ?? []).map(({ entry, names }, index): StaffLine => {
      const { offer, state } = entry;
      const isOffered = state !== 'waiting' && offer !== undefined;
      return {
        ...names,
        id: entry._id.toHexString(),
        place: from + index + 1,
        joined: shortDayAndTime(entry.joinedAt, event),
        hours: entry.days.length > 0 ? hoursInWords(hoursOn(event, entry), event) : '',
        isWaiting: state === 'waiting',
        isOffered: state === 'offered',
        offered: isOffered ? shortDayAndSpan(offer.from, offer.to, event) : '',
        until: isOffered ? shortDayAndTime(offer.until, event) : '',
        lapses: entry.lapses,
      };
    }),
  }));
}

interface Part {
  id: string;
  name: string;
  /** How many of its line are on the pages before. */
  from: number;
  most: number;
}

/** What of which line is on a page. */
function partsOf(counts: Count[], skip: number): Part[] {
  const parts: Part[] = [];
  let [before, left] = [skip, PAGE_SIZE];
  for (const { id, name, count } of counts) {
    const from = Math.min(before, count);
    const most = Math.min(left, count - from);
    if (most > 0) parts.push({ id, name, from, most });
    before -= from;
    left -= most;
    if (left === 0) break;
  }
  return parts;
}

/** Lines that are on a page from their first family are read together; only the first one can have begun before. */
function joinWhole([first, ...others]: Part[]): { ids: string[]; from: number; most: number }[] {
  const last = others.at(-1);
  const whole = others.slice(0, -1);
  const most = whole.reduce((sum, part) => sum + part.most, 0);
  return [
    ...(first ? [{ ...first, ids: [first.id] }] : []),
    ...(whole.length > 0 ? [{ ids: whole.map(({ id }) => id), from: 0, most }] : []),
    ...(last ? [{ ...last, ids: [last.id] }] : []),
  ];
}

/** Every teacher of an event for whom somebody waits, with how many do. */
export async function countLines(event: PlacedEvent): Promise<Count[]> {
  const counted = await WaitlistEntry.aggregate<{ _id: Types.ObjectId; count: number }>([
    { $match: { event: event._id, account: event.account, open: true } },
    { $group: { _id: '$resource', count: { $sum: 1 } } },
  ]);
  const named = await Resource.find(
    { _id: { $in: counted.map(({ _id }) => _id) }, event: event._id },
    { name: 1 },
  ).lean();
  return counted
    .map(({ _id, count }) => ({
      ...{ id: _id.toHexString(), count },
      name: named.find((one) => one._id.equals(_id))?.name ?? '',
    }))
    .sort((a, b) => a.name.localeCompare(b.name, event.locale));
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
