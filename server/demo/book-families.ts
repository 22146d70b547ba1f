import { Types } from 'mongoose';
import { diariesFor, planNeeds } from '../claims/plan-needs.js';
import { isGuardian } from '../models/contact.js';
import { Appointment } from '../models/appointment.js';
import { Claim } from '../models/claim.js';
import { Class, isMeetable } from '../models/class.js';
import { Contact, contactName } from '../models/contact.js';
import { Diary } from '../models/diary.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { User } from '../models/user.js';
import { planMeetings, type Meeting, type Table } from './plan-meetings.js';

/** A guardian with an address of their own, and the children. */
interface Family {
  key: string;
  name: string;
  user: Types.ObjectId;
  household: Types.ObjectId;
  children: Types.ObjectId[];
}

const HOUR_MS = 3600_000;
/** How long booking has been open. */
const OPEN_HOURS = 6 * 24;
const FIRST_ROOM = 101;
const NOTES = [
  'We’d like to talk about reading at home.',
  'Could we talk about math?',
  'Grandma is coming along.',
];

/**
 * Books as families would within some days, in a few large writes instead of thousands of requests: appointments, and the claims and
 * diaries that booking would take. Teachers get rooms.
 * @param part of all slots, 0 to 1
 */
export async function bookFamilies(
  event: Types.ObjectId,
  part: number,
  now: Date,
): Promise<{ booked: number; slots: number }> {
  const place = await Event.findById(event).orFail().lean();
  const resources = await Resource.find({ event, contact: { $type: 'objectId' } })
    .sort({ sortKey: 1 })
    .lean();
  await Resource.bulkWrite(
    resources.map(({ _id }, index) => ({
      updateOne: { filter: { _id }, update: { $set: { room: `Room ${String(FIRST_ROOM + index)}` } } },
    })),
  );
  const classes = (await Class.find({ event, status: 'active' }).sort({ sortKey: 1 }).lean()).filter(
    isMeetable,
  );
  const slots = await Slot.find({ event, state: 'visible' }).sort({ from: 1 }).lean();
  const families = await findFamilies(place.account, classes);
  const familyOf = new Map(families.flatMap((one) => one.children.map((id) => [String(id), one] as const)));
  const tables = resources.map((resource): Table & { resource: Resource } => ({
    resource,
    slots: slots.filter((slot) => slot.resource.equals(resource._id)),
    candidates: candidatesOf(resource, classes, familyOf),
  }));
  const meetings = planMeetings(tables, part);
  const opensAt = new Date(now.getTime() - OPEN_HOURS * HOUR_MS);
  await Event.updateOne({ _id: event }, { $set: { 'booking.opensAt': opensAt } });
  await write(place, { resources, families, meetings }, now);
  return { booked: meetings.length, slots: slots.length };
}

/** Families whose guardian's address is nobody else's login or teacher address, by that address. */
async function findFamilies(account: Types.ObjectId, classes: Class[]): Promise<Family[]> {
  const ids = new Map(classes.flatMap(({ synced }) => synced.students.map((id) => [String(id), id])));
  const students = await Contact.find(
    { _id: { $in: [...ids.values()] }, status: 'active' },
    { record: 1 },
  ).lean();
  const byRecord = new Map(students.map(({ _id, record }) => [record?.id ?? '', _id]));
  const taken = new Set([
    ...(await User.distinct('email')),
    ...(await Contact.distinct('email', { account, type: { $in: ['teacher', 'staff'] } })),
  ]);
  const guardians = await Contact.find({ account, type: 'guardian', status: 'active', email: { $ne: '' } })
    .sort({ sortKey: 1, _id: 1 })
    .lean();
  const families = new Map<string, Family>();
  const placed = new Set<string>();
  for (const guardian of guardians) {
    const theirs = guardian.relations
      .filter(isGuardian)
      .flatMap(({ student }) => byRecord.get(student) ?? []);
    const children = theirs.filter((id) => !placed.has(String(id)));
    if (children.length === 0 || taken.has(guardian.email)) continue;
    for (const id of children) placed.add(String(id));
    const found = families.get(guardian.email);
    if (found) found.children.push(...children);
    else
      families.set(guardian.email, {
        key: guardian.email,
        name: contactName(guardian),
        user: new Types.ObjectId(),
        household: new Types.ObjectId(),
        children,
      });
  }
  return [...families.values()];
}

function candidatesOf(resource: Resource, classes: Class[], familyOf: ReadonlyMap<string, Family>) {
  const found = new Map<string, { student: Types.ObjectId; class: Types.ObjectId; family: string }>();
  for (const { _id, synced } of classes) {
    if (!resource.contact?.equals(synced.teachers[0] ?? '')) continue;
    for (const student of synced.students) {
      const family = familyOf.get(String(student));
      if (family && !found.has(String(student)))
        found.set(String(student), { student, class: _id, family: family.key });
    }
  }
  return [...found.values()];
}

interface Booked {
  resources: Resource[];
  families: Family[];
  meetings: Meeting[];
}

async function write(event: Event, { resources, families, meetings }: Booked, now: Date): Promise<void> {
  const { account } = event;
  const byKey = new Map(families.map((family) => [family.key, family]));
  const booking = new Set(meetings.map(({ family }) => family));
  const coming = families.filter(({ key }) => booking.has(key));
  await User.insertMany(
    coming.map(({ user, key, name }) => ({
      _id: user,
      email: key,
      name,
      grants: [{ account, level: 'customer' as const }],
      emailProvenAt: now,
      createdAt: now,
    })),
  );
  await Household.insertMany(
    coming.map(({ user, household, children }) => ({
      _id: household,
      account,
      adults: [user],
      children: children.map((student) => ({ student, adult: user, by: 'roster' as const, at: now })),
      createdAt: now,
    })),
  );
  const taken = new Taken(account, event._id);
  const appointments = meetings.flatMap((meeting, index) => {
    const family = byKey.get(meeting.family);
    const resource = resources.find(({ _id }) => _id.equals(meeting.slot.resource));
    if (!family || !resource?.contact) return [];
    const { slot, student, class: held } = meeting;
    const { household } = family;
    // Many in the first hours, few at the end.
    const at = new Date(now.getTime() - OPEN_HOURS * HOUR_MS * (1 - (index / meetings.length) ** 2));
    const appointment = {
      _id: new Types.ObjectId(),
      account,
      event: event._id,
      slot: slot._id,
      resource: resource._id,
      household,
      bookedBy: family.user,
      students: [student],
      class: held,
      state: 'booked' as const,
      from: slot.from,
      to: slot.to,
      byKey: `demo:${slot._id.toHexString()}`,
      note: index % 9 === 4 ? (NOTES[index % NOTES.length] ?? '') : '',
      createdAt: at,
      bookedAt: at,
    };
    const people = { family: [household], teacher: [resource.contact] };
    const plan = {
      event,
      slot,
      resource,
      students: [student],
      household,
      people,
      class: { _id: held, edits: {} },
    };
    taken.add(appointment, planNeeds(plan));
    return [appointment];
  });
  await Appointment.insertMany(appointments);
  await taken.save();
}

/** The claims and diaries of the appointments, as booking writes them. */
class Taken {
  readonly #claims: Claim[] = [];
  readonly #counts = new Map<string, number>();
  readonly #diaries = new Map<string, Diary>();

  constructor(
    private readonly account: Types.ObjectId,
    private readonly event: Types.ObjectId,
  ) {}

  add(
    { _id, slot, from, to }: Pick<Appointment, '_id' | 'slot' | 'from' | 'to'>,
    needs: ReturnType<typeof planNeeds>,
  ): void {
    const { account, event } = this;
    for (const need of needs)
      if (need.kind === 'counted') {
        const number = this.#counts.get(need.prefix) ?? 0;
        this.#counts.set(need.prefix, number + 1);
        this.#claims.push({ _id: `${need.prefix}${number}`, account, event, appointment: _id });
      } else
        for (const id of diariesFor(need)) {
          const diary = this.#diaries.get(id) ?? { _id: id, account, busy: [] };
          this.#diaries.set(id, diary);
          diary.busy.push({ from, to, slot, appointment: _id });
        }
  }

  async save(): Promise<void> {
    await Claim.insertMany(this.#claims);
    await Diary.bulkWrite(
      [...this.#diaries.values()].map(({ _id, account, busy }) => ({
        updateOne: {
          filter: { _id },
          update: { $setOnInsert: { account }, $push: { busy: { $each: busy } } },
          upsert: true,
        },
      })),
    );
  }
}
