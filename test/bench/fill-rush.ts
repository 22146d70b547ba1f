import { Types } from 'mongoose';
import mongoose from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { coveredMinutes, Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { randomOf } from '../support/seed.js';
import { makeSessions, type LoggedIn } from '../../server/scratch/make-sessions.js';

export const RUSH_NOW = new Date('2026-11-23T18:00:00Z');
export const RUSH_SECRET = 'bench-secret-bench-secret-bench-secret';

/** What a family wants: a meeting with one teacher, at a time of their own choice. */
export interface RushWish {
  teacher: number;
  slot: string;
}

export interface RushFamily {
  id: string;
  student: string;
  session: LoggedIn;
  wishes: RushWish[];
}

export interface Rush {
  event: Types.ObjectId;
  home: string;
  families: RushFamily[];
  /** Of each teacher, by time. */
  slots: string[][];
}

const TEACHERS = 100;
const HOT = 20;
const WISHES = 4;
/** Further teachers of each child, whom its family does not want to meet. */
const OTHERS = 3;
const MINUTES = 10;

/** A school in which all families want four meetings, two thirds of them with a fifth of the teachers. @param seed the same makes the same wishes */
export async function fillRush(families: number, seed: number): Promise<Rush> {
  const random = randomOf(seed);
  const pick = (most: number) => Math.floor(random() * most);
  const account = await Account.create({
    name: 'Maple School',
    timeZone: 'America/Chicago',
    createdAt: RUSH_NOW,
  });
  const scope = { account: account._id };
  const days = ['2026-11-24', '2026-11-25'];
  const link = new Types.ObjectId().toHexString();
  const event = await Event.create({
    ...scope,
    ...{
      name: 'Fall Conferences',
      timeZone: account.timeZone,
      days,
      link,
      createdAt: RUSH_NOW,
      sortKey: 'fall',
    },
    booking: { opensAt: new Date(RUSH_NOW.getTime() - 1), perStudentAndTeacher: 1 },
  });
  const inEvent = { ...scope, event: event._id };
  const person = (type: 'teacher' | 'student', n: number) => {
    const name = { firstName: type, lastName: String(n), sortKey: `${type} ${String(n)}`, searchKey: type };
    return { _id: new Types.ObjectId(), ...scope, type, source: 'file', status: 'active', ...name };
  };
  const teachers = Array.from({ length: TEACHERS }, (_, n) => person('teacher', n));
  const students = Array.from({ length: families }, (_, n) => person('student', n));
  const resources = teachers.map(({ _id, sortKey }) => ({
    ...{ _id: new Types.ObjectId(), ...inEvent, contact: _id, name: sortKey, room: '1', status: 'active' },
    ...{ sortKey, searchKey: sortKey },
  }));
  // Enough for all wishes together, so that the teachers whom everybody wants are full and others are not.
  const each = Math.max(6, Math.ceil((families * WISHES) / TEACHERS));
  const slots = resources.map(({ _id }) =>
    Array.from({ length: each }, (_, n) => {
      const day = n % days.length;
      const from = new Date(
        Date.parse(`${days[day] ?? ''}T15:00:00Z`) + Math.floor(n / days.length) * MINUTES * 60_000,
      );
      const to = new Date(from.getTime() + MINUTES * 60_000);
      return {
        ...{ _id: new Types.ObjectId(), ...inEvent, resource: _id, from, to, day: days[day], capacity: 1 },
        ...{ kind: 'in person', state: 'visible', message: '', minutes: coveredMinutes({ from, to }) },
      };
    }),
  );
  const wishesOf = (): RushWish[] => {
    const wanted = new Set<number>();
    while (wanted.size < WISHES) wanted.add(random() < 2 / 3 ? pick(HOT) : HOT + pick(TEACHERS - HOT));
    const at = new Set<number>();
    // No two of its own wishes at one time.
    while (at.size < WISHES) at.add(pick(each));
    return [...wanted].map((teacher, n) => ({
      teacher,
      slot: String(slots[teacher]?.[[...at][n] ?? 0]?._id),
    }));
  };
  const wishes = students.map(wishesOf);
  const members = teachers.map((): Types.ObjectId[] => []);
  for (const [n, { _id }] of students.entries()) {
    const met = new Set((wishes[n] ?? []).map(({ teacher }) => teacher));
    while (met.size < WISHES + OTHERS) met.add(pick(TEACHERS));
    for (const teacher of met) members[teacher]?.push(_id);
  }
  const classes = teachers.map(({ _id, sortKey }, n) => ({
    ...{ _id: new Types.ObjectId(), ...inEvent, section: new Types.ObjectId(), status: 'active', edits: {} },
    synced: {
      name: sortKey,
      type: 'Class',
      teachers: [_id],
      students: members[n] ?? [],
      hash: 'x',
      course: '',
    },
    ...{ sortKey, searchKey: sortKey },
  }));
  const users = students.map(({ _id }, n) => ({
    ...{ _id: new Types.ObjectId(), email: `${String(_id)}@example.org`, name: `Parent ${String(n)}` },
    ...{ emailProvenAt: RUSH_NOW, grants: [{ ...scope, level: 'customer' }], createdAt: RUSH_NOW },
  }));
  const households = students.map(({ _id }, n) => {
    const adult = users[n]?._id;
    const child = { student: _id, adult, by: 'school', at: RUSH_NOW };
    return { _id: new Types.ObjectId(), ...scope, adults: [adult], children: [child], createdAt: RUSH_NOW };
  });
  await Contact.insertMany([...teachers, ...students]);
  await Resource.insertMany(resources);
  await Slot.insertMany(slots.flat());
  await Class.insertMany(classes);
  await User.insertMany(users);
  await Household.insertMany(households);
  const sessions = await makeSessions(users, RUSH_SECRET, RUSH_NOW);
  await fillBare(slots.map((list) => list.map(({ _id, from }) => ({ id: String(_id), from }))));
  return {
    event: event._id,
    home: `/e/${link}`,
    slots: slots.map((list) => list.map(({ _id }) => String(_id))),
    families: students.map(({ _id }, n) => ({
      id: String(households[n]?._id),
      student: String(_id),
      session: sessions[n] ?? { cookie: '', csrf: '' },
      wishes: wishes[n] ?? [],
    })),
  };
}

/** The same slots for the bare server. */
async function fillBare(slots: { id: string; from: Date }[][]): Promise<void> {
  const bare = mongoose.connection.collection<{ _id: string }>('rush_slot');
  await bare.createIndexes([{ key: { teacher: 1, family: 1, from: 1 } }]);
  await bare.insertMany(
    slots.flatMap((list) =>
      list.map(({ id, from }) => ({ _id: id, teacher: list[0]?.id ?? '', from, family: null })),
    ),
  );
}
