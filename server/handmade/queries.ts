import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Resource, type ByHand } from '../models/resource.js';
import { Class } from '../models/class.js';
import { School } from '../models/school.js';
import { searchKey } from '../models/search-key.js';
import { Slot } from '../models/slot.js';

type EventScope = Pick<Event, '_id' | 'account'>;

/** What somebody made by hand. */
export type Handmade = Resource & { byHand: ByHand };

/** Something made by hand in the event; null for another event's, for a teacher's resource, and after it was deleted. */
export async function findHandmade(event: EventScope, id: Types.ObjectId): Promise<Handmade | null> {
  const found = await Resource.findOne({
    _id: id,
    account: event.account,
    event: event._id,
    'byHand.kind': { $exists: true },
    status: 'active',
  }).lean();
  return found as Handmade | null;
}

export interface Choice {
  value: string;
  label: string;
}

/** The choices that the form offers. */
export interface Choices {
  schools: Choice[];
  grades: Choice[];
  /** Teachers and staff to choose from while typing, by email if they have one. */
  people: Choice[];
}

const MOST_PEOPLE = 500;

/**
 * The choices of the form. Somebody who runs a single event is offered its own teachers: the school's other people are not theirs to read.
 * @param kept chosen grades, which are offered even if no student is in them
 */
export async function formChoices(
  { _id: event, account }: EventScope,
  kept: string[],
  seesAll: boolean,
): Promise<Choices> {
  const own = await reachOf({ _id: event, account }, seesAll);
  const [schools, grades, people] = await Promise.all([
    School.find({ ...(seesAll ? {} : await schoolsIn({ _id: event, account })), account }, { name: 1 })
      .sort({ sortKey: 1 })
      .lean(),
    Contact.distinct('grade', { account, type: 'student', status: 'active' }),
    Contact.find(
      { ...own, account, type: { $in: ['teacher', 'staff'] }, status: 'active' },
      { firstName: 1, lastName: 1, email: 1 },
    )
      .sort({ sortKey: 1 })
      .limit(MOST_PEOPLE)
      .lean(),
  ]);
  return {
    schools: schools.map(({ _id, name }) => ({ value: _id.toHexString(), label: name })),
    grades: [...new Set([...grades, ...kept])]
      .filter((grade) => grade !== '')
      .sort((a, b) => a.localeCompare(b, 'en', { numeric: true }))
      .map((grade) => ({ value: grade, label: grade })),
    people: people.map((one) => ({ value: one.email || contactName(one), label: contactName(one) })),
  };
}

/** The filter for people who may be chosen: everybody for an administrator, the event's teachers for somebody who runs one event. */
async function reachOf({ _id: event, account }: EventScope, seesAll: boolean) {
  if (seesAll) return {};
  return { _id: { $in: await Resource.distinct('contact', { event, account, status: 'active' }) } };
}

/** The schools of an event's classes, for somebody who runs only that event. */
async function schoolsIn({ _id: event, account }: EventScope) {
  return { _id: { $in: await Class.distinct('synced.school', { event, account, status: 'active' }) } };
}

/** How the form writes a staff contact; '' for none. */
export async function staffText(account: Types.ObjectId, staff: Types.ObjectId | undefined): Promise<string> {
  if (!staff) return '';
  const found = await Contact.findOne(
    { _id: staff, account },
    { firstName: 1, lastName: 1, email: 1 },
  ).lean();
  return found ? found.email || contactName(found) : '';
}

/**
 * The teacher or staff member with this email address or name, among those whom the form offers. If several match, none is chosen.
 * @param kept the present contact, whom everybody finds who sees them
 */
export async function findStaff(
  event: EventScope,
  text: string,
  seesAll: boolean,
  kept?: Types.ObjectId,
): Promise<{ ok: true; staff?: Types.ObjectId } | { ok: false; reason: 'unknown' | 'several' }> {
  if (text === '') return { ok: true };
  const { account } = event;
  if (kept && text === (await staffText(account, kept))) return { ok: true, staff: kept };
  const scope = {
    ...(await reachOf(event, seesAll)),
    ...{ account, type: { $in: ['teacher', 'staff'] as const }, status: 'active' as const },
  };
  const found = await Contact.find(
    text.includes('@')
      ? { ...scope, email: text.toLowerCase() }
      : { ...scope, sortKey: { $in: sortKeysOf(text) } },
    { _id: 1 },
  )
    .limit(2)
    .lean();
  const [first, second] = found;
  if (!first) return { ok: false, reason: 'unknown' };
  return second ? { ok: false, reason: 'several' } : { ok: true, staff: first._id };
}

const MOST_WORDS = 8;

/** A name in either order ("Ana Lee", "Lee, Ana") as the sort key of people, wherever the last name begins. */
function sortKeysOf(text: string): string[] {
  const words = text.replace(/,/g, ' ').split(/\s+/).filter(Boolean).slice(0, MOST_WORDS);
  return words.map((_word, index) => searchKey(...words.slice(index), ...words.slice(0, index)));
}

/** The number of its slots, of its future appointments, and of those of others in which it takes part. */
export async function countOfHandmade(resource: Pick<Resource, '_id' | 'event'>, now: Date) {
  const { _id, event } = resource;
  const ahead = { event, state: { $in: LIVING_STATES }, to: { $gt: now } };
  const [slots, booked, beside] = await Promise.all([
    Slot.countDocuments({ resource: _id, event }),
    Appointment.countDocuments({ resource: _id, ...ahead }),
    Appointment.countDocuments({ with: { $eq: _id, $exists: true }, ...ahead }),
  ]);
  return { slots, booked, beside };
}
