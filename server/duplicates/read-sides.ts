import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Class } from '../models/class.js';
import { Contact, contactName, recordIds } from '../models/contact.js';
import { Event } from '../models/event.js';
import { documentsOf, findTogether, rowsOf, type Question } from '../models/find-together.js';
import { Resource } from '../models/resource.js';
import { User } from '../models/user.js';

/** One of two contacts side by side, with counts of what depends on them. */
export interface Side {
  id: string;
  name: string;
  contact: Contact;
  /** For a student: guardians. For a guardian: students. */
  family: number;
  classes: number;
  appointments: number;
  logins: number;
}

/** Contacts of the account by hex id, with counts; contacts that no longer exist are left out. */
export async function readSides(
  account: Types.ObjectId,
  ids: readonly Types.ObjectId[],
): Promise<Map<string, Side>> {
  const { contacts, events } = await findTogether({
    contacts: documentsOf(Contact, { account, _id: { $in: [...ids] } }),
    events: documentsOf(Event, { account }, { fields: { _id: 1 } }),
  });
  const there = contacts.map(({ _id }) => _id);
  const inEvents = { event: { $in: events.map(({ _id }) => _id) } };
  const records = contacts.filter(({ type }) => type === 'student').flatMap(recordIds);
  const found = await findTogether({
    guardians: documentsOf(
      Contact,
      records.length > 0 ? { account, 'relations.student': { $in: records } } : { _id: { $in: [] } },
      { fields: { relations: 1 } },
    ),
    taught: countEach(Class, 'synced.teachers', { ...inEvents, status: 'active' }, there),
    attended: countEach(Class, 'synced.students', { ...inEvents, status: 'active' }, there),
    met: countEach(Appointment, 'students', { ...inEvents, state: { $in: LIVING_STATES } }, there),
    held: countHeld(inEvents, there),
    logins: documentsOf(User, { 'grants.contact': { $in: there, $exists: true } }, { fields: { grants: 1 } }),
  });
  const family = countFamily(contacts, found.guardians);
  const [taught, attended, met, held] = [
    byId(found.taught),
    byId(found.attended),
    byId(found.met),
    byId(found.held),
  ];
  const logins = countLogins(found.logins);
  return new Map(
    contacts.map((contact) => {
      const id = contact._id.toHexString();
      const of = (counts: ReadonlyMap<string, number>) => counts.get(id) ?? 0;
      const side: Side = {
        id,
        name: contactName(contact),
        contact,
        family:
          contact.type === 'student' ? of(family) : new Set(contact.relations.map((tie) => tie.student)).size,
        classes: of(taught) + of(attended),
        appointments: of(met) + of(held),
        logins: of(logins),
      };
      return [id, side];
    }),
  );
}

interface Count {
  _id: unknown;
  count: number;
}

function byId(counts: readonly Count[]): Map<string, number> {
  return new Map(counts.map(({ _id, count }) => [String(_id), count]));
}

/** Guardians whom the roster ties to each student, by any of the student's record ids. */
function countFamily(
  contacts: readonly Contact[],
  guardians: readonly Pick<Contact, 'relations'>[],
): Map<string, number> {
  const students = contacts.filter(({ type }) => type === 'student');
  return new Map(
    students.map((student) => {
      const own = new Set(recordIds(student));
      const tied = guardians.filter(({ relations }) => relations.some((tie) => own.has(tie.student)));
      return [student._id.toHexString(), tied.length];
    }),
  );
}

/** How many documents name each of some people in a list of theirs. */
function countEach(
  model: { collection: unknown },
  field: string,
  filter: object,
  ids: Types.ObjectId[],
): Question<Count> {
  const named = { [field]: { $in: ids } };
  return rowsOf(model as never, [
    { $match: { ...filter, ...named } },
    { $unwind: `$${field}` },
    { $match: named },
    { $group: { _id: `$${field}`, count: { $sum: 1 } } },
  ]);
}

/** Appointments of people's resources that are not canceled. */
function countHeld(inEvents: object, ids: Types.ObjectId[]): Question<Count> {
  return rowsOf(Resource, [
    { $match: { ...inEvents, contact: { $in: ids, $type: 'objectId' } } },
    {
      $lookup: {
        from: Appointment.collection.name,
        localField: '_id',
        foreignField: 'resource',
        pipeline: [{ $match: { state: { $in: LIVING_STATES } } }, { $project: { _id: 1 } }],
        as: 'met',
      },
    },
    { $group: { _id: '$contact', count: { $sum: { $size: '$met' } } } },
  ]);
}

function countLogins(users: readonly Pick<User, 'grants'>[]): Map<string, number> {
  const counts = new Map<string, number>();
  for (const { grants } of users)
    for (const key of new Set(grants.flatMap(({ contact }) => contact?.toHexString() ?? [])))
      counts.set(key, (counts.get(key) ?? 0) + 1);
  return counts;
}
