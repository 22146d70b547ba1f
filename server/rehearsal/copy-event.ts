import { Types, type Model, type mongo } from 'mongoose';
import { Account } from '../models/account.js';
import { Class, isMeetable } from '../models/class.js';
import { Contact } from '../models/contact.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import type { RehearsalPlan } from '../models/rehearsal.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { User } from '../models/user.js';
import { readFamilies } from '../overview/read-families.js';
import { makeLink } from '../seal.js';
import { copySlots, readBooked } from './copy-slots.js';
import type { FamilyOrder, ToScratch, Wish } from '../scratch/orders.js';

const BATCH = 500;
const HOUR_MS = 3600_000;

/** The order with which a rehearsal's app opens. */
export type Opening = Omit<Extract<ToScratch, { order: 'open' }>, 'order'>;

interface Copying {
  /** The database to copy to. */
  db: mongo.Db;
  plan: RehearsalPlan;
  /** When booking opens in the copy. */
  at: Date;
  onCopied: (documents: number) => void;
  signal: AbortSignal;
}

/**
 * Copies what booking needs of an event into another database: its times and rules, and of people only their ids, under made-up names and
 * addresses. Made-up families get the children; of real families only the siblings are read. Booked times are not free in the copy. Times
 * that are booked without a class are left out.
 */
export async function copyEvent(event: Event, copying: Copying): Promise<Opening> {
  const { db, plan, at, signal, onCopied } = copying;
  const { account } = event;
  const inEvent = { account, event: event._id };
  const write = async <T>(model: Model<T>, documents: object[]): Promise<void> => {
    const collection = db.collection(model.collection.name);
    for (let from = 0; from < documents.length; from += BATCH) {
      signal.throwIfAborted();
      const part = documents.slice(from, from + BATCH);
      // The defaults that the app's own writes have.
      await collection.insertMany(part.map((document) => new model(document).toObject() as mongo.Document));
      onCopied(part.length);
    }
  };
  const { timeZone, locale } = await Account.findById(account, { timeZone: 1, locale: 1 }).orFail().lean();
  await write(Account, [
    { _id: account, name: 'Rehearsal', timeZone, ...(locale ? { locale } : {}), createdAt: at },
  ]);
  const link = makeLink();
  await write(Event, [copyOfEvent(event, link, at)]);
  const { families: all, taught } = await readFamilies(event, () => Promise.resolve([]));
  const chosen = shuffle(all).slice(0, plan.families);
  const students = new Set(chosen.flat());
  const schoolsOf = await readSchools(account, [...students, ...taught.keys()]);
  const person = (type: 'student' | 'teacher') => (id: string, n: number) => ({
    ...{ _id: new Types.ObjectId(id), account, type, source: 'hand', status: 'active' },
    ...nameOf(type === 'student' ? 'Student' : 'Teacher', n),
    ...{ firstName: type === 'student' ? 'Student' : 'Teacher', lastName: String(n + 1) },
    schools: schoolsOf.get(id) ?? [],
  });
  await write(Contact, [...students].map(person('student')));
  await write(Contact, [...taught.keys()].map(person('teacher')));
  await write(Class, await copyClasses(inEvent, students));
  const resources = await Resource.find(
    { ...inEvent, status: 'active', contact: { $exists: true } },
    { contact: 1 },
  ).lean();
  await write(
    Resource,
    resources.map(({ _id, contact }, n) => ({
      ...{ _id, ...inEvent, contact, status: 'active' as const, name: `Teacher ${n + 1}` },
      ...nameOf('Teacher', n),
    })),
  );
  const bookable = new Date(at.getTime() + event.booking.stopHoursBefore * HOUR_MS);
  const { room, met } = await readBooked(inEvent, bookable);
  const holders = new Set(resources.map(({ _id }) => String(_id)));
  await copySlots(inEvent, { at: bookable, room, holders }, (slots) => write(Slot, slots));
  const resourceOf = new Map(resources.map(({ _id, contact }) => [String(contact), String(_id)]));
  const teachersOf = new Map<string, string[]>();
  for (const [contact, taughtStudents] of taught) {
    const resource = resourceOf.get(contact);
    if (!resource || (room.sitting.has(resource) && !room.offered.has(resource))) continue;
    for (const student of taughtStudents)
      if (students.has(student) && !met.has(`${student} ${resource}`))
        teachersOf.set(student, [...(teachersOf.get(student) ?? []), resource]);
  }
  const wishesOf = (student: string): Wish[] => {
    const theirs = shuffle(teachersOf.get(student) ?? []);
    return theirs.slice(0, plan.perChild || theirs.length).map((resource) => ({ student, resource }));
  };
  const first = Math.round((chosen.length * plan.firstPercent) / 100);
  const families = chosen.map((children, n): FamilyOrder & { children: string[] } => ({
    ...{ user: String(new Types.ObjectId()), household: String(new Types.ObjectId()), children },
    comesMs: comesAt(plan, n < first),
    plans: Math.random() * 100 < plan.planPercent,
    wishes: children.flatMap(wishesOf),
  }));
  await writeFamilies(write, families, account, at);
  return {
    home: `/e/${link}`,
    pace: plan.pace,
    families: families.map(({ children: _, ...family }) => family),
    room: Object.fromEntries(room.offered),
  };
}

function copyOfEvent({ _id, account, days, timeZone, booking, fields }: Event, link: string, at: Date) {
  const { closesAt: _closes, earlyMinutes: _early, ...rules } = booking;
  return {
    ...{ _id, account, days, timeZone, link, name: 'Rehearsal', sortKey: 'rehearsal', createdAt: at },
    booking: { ...rules, opensAt: new Date(at.getTime() - 1000) },
    ...(fields
      ? {
          fields: fields.map((field, n) => ({
            ...{ ...field, label: `Question ${n + 1}` },
            choices: field.choices.map((_choice, one) => `Choice ${one + 1}`),
          })),
        }
      : {}),
  };
}

const nameOf = (word: string, n: number) => {
  const key = `${word.toLowerCase()} ${String(n + 1).padStart(6, '0')}`;
  return { sortKey: key, searchKey: key };
};

/** The schools of some people: a plan leaves time for the way between schools. */
async function readSchools(account: Types.ObjectId, ids: string[]): Promise<Map<string, Types.ObjectId[]>> {
  const found = await Contact.find(
    { _id: { $in: ids.map((id) => new Types.ObjectId(id)) }, account },
    { schools: 1 },
  ).lean();
  return new Map(found.map(({ _id, schools }) => [String(_id), schools]));
}

async function copyClasses(inEvent: Pick<Class, 'account' | 'event'>, students: Set<string>) {
  const classes = await Class.find(
    { ...inEvent, status: 'active' },
    {
      ...{ status: 1, 'synced.type': 1, 'synced.school': 1, 'synced.students': 1, 'synced.teachers': 1 },
      ...{ 'edits.type': 1, 'edits.allowed': 1 },
    },
  ).lean<Pick<Class, '_id' | 'status' | 'synced' | 'edits'>[]>();
  return classes.filter(isMeetable).map(({ _id, synced, edits }, n) => ({
    ...{ _id, ...inEvent, status: 'active', edits, ...nameOf('Class', n) },
    synced: {
      ...synced,
      students: synced.students.filter((id) => students.has(String(id))),
      ...{ name: `Class ${n + 1}`, hash: 'rehearsal' },
    },
  }));
}

async function writeFamilies(
  write: <T>(model: Model<T>, documents: object[]) => Promise<void>,
  families: (FamilyOrder & { children: string[] })[],
  account: Types.ObjectId,
  at: Date,
): Promise<void> {
  await write(
    User,
    families.map(({ user }, n) => ({
      ...{ _id: new Types.ObjectId(user), name: `Family ${n + 1}`, emailProvenAt: at, createdAt: at },
      ...{ email: `family-${n + 1}@rehearsal.invalid`, grants: [{ account, level: 'customer' }] },
    })),
  );
  await write(
    Household,
    families.map(({ user, household, children }) => ({
      ...{ _id: new Types.ObjectId(household), account, adults: [new Types.ObjectId(user)], createdAt: at },
      children: children.map((student) => ({
        ...{ student: new Types.ObjectId(student), adult: new Types.ObjectId(user), by: 'school', at },
      })),
    })),
  );
}

/** When a family comes, in milliseconds of the real clock: at random within the plan's time. */
function comesAt({ firstMinutes, restMinutes, pace }: RehearsalPlan, isFirst: boolean): number {
  const minute = isFirst ? Math.random() * firstMinutes : firstMinutes + Math.random() * restMinutes;
  return (minute * 60_000) / pace;
}

function shuffle<T>(list: readonly T[]): T[] {
  return list
    .map((item) => ({ item, at: Math.random() }))
    .sort((a, b) => a.at - b.at)
    .map(({ item }) => item);
}
