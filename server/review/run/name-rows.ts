import { Types } from 'mongoose';
import { Class, className } from '../../models/class.js';
import { Contact, contactName } from '../../models/contact.js';
import { Course } from '../../models/course.js';
import type { Event } from '../../models/event.js';
import { Section } from '../../models/section.js';
import { Term } from '../../models/term.js';
import type { PlacedEvent } from '../../web/place.js';
import { nameAppointments } from './name-appointments.js';
import type { LogLine } from '../journal/read-log.js';

type Names = Map<string, string>;

/** Where names are looked up: in an account, and in an event if rows are about one. */
export type NamedIn = Pick<Event, 'account'> & { event?: PlacedEvent };

/**
 * The names for rows of a log. Logs store only ids, so somebody who was deleted has no name here. One query for each kind, however many
 * rows.
 * @returns a name for each row, in their order; '' if it no longer exists
 */
export async function nameRows(
  scope: NamedIn,
  rows: readonly Pick<LogLine, 'kind' | 'sourceId'>[],
): Promise<string[]> {
  const idsByKind = new Map<string, string[]>();
  for (const { kind, sourceId } of rows) idsByKind.set(kind, [...(idsByKind.get(kind) ?? []), sourceId]);
  const names = new Map<string, Names>();
  for (const [kind, ids] of idsByKind) names.set(kind, await namesOf(scope, kind, ids));
  return rows.map(({ kind, sourceId }) => names.get(kind)?.get(sourceId) ?? '');
}

function namesOf(scope: NamedIn, kind: string, ids: string[]): Promise<Names> {
  const { event } = scope;
  switch (kind) {
    case 'student':
    case 'teacher':
    case 'staff':
    case 'guardian':
      return peopleBySource(scope, ids);
    case 'resource':
      return peopleById(scope, ids);
    case 'class':
    case 'classStudents':
    case 'classTeachers':
      return event ? classes(event, ids) : none();
    case 'appointment':
      return event ? nameAppointments(event, objectIds(ids)) : none();
    case 'section':
    case 'sectionStudents':
    case 'sectionTeachers':
      return mirrored(Section, scope, ids);
    case 'course':
      return mirrored(Course, scope, ids);
    case 'term':
      return mirrored(Term, scope, ids);
    default:
      return none();
  }
}

async function peopleBySource({ account }: NamedIn, ids: string[]): Promise<Names> {
  const people = await Contact.find(
    { account, 'record.id': { $in: ids } },
    { record: 1, firstName: 1, lastName: 1, email: 1 },
  ).lean();
  return new Map(people.map((person) => [person.record?.id ?? '', contactName(person)]));
}

async function peopleById({ account }: NamedIn, ids: string[]): Promise<Names> {
  const people = await Contact.find(
    { account, _id: { $in: objectIds(ids) } },
    { firstName: 1, lastName: 1, email: 1 },
  ).lean();
  return new Map(people.map((person) => [person._id.toHexString(), contactName(person)]));
}

async function classes({ _id, account }: Event, ids: string[]): Promise<Names> {
  const found = await Class.find(
    { account, event: _id, section: { $in: objectIds(ids) } },
    { section: 1, 'synced.name': 1, 'synced.course': 1, edits: 1 },
  ).lean<Pick<Class, 'section' | 'synced' | 'edits'>[]>();
  return new Map(found.map((item) => [item.section?.toHexString() ?? '', className(item)]));
}

function none(): Promise<Names> {
  return Promise.resolve(new Map<string, string>());
}

async function mirrored(
  model: typeof Section | typeof Course | typeof Term,
  { account }: NamedIn,
  ids: string[],
): Promise<Names> {
  const documents = await (model as typeof Term)
    .find({ account, 'record.id': { $in: ids } }, { record: 1, name: 1 })
    .lean();
  return new Map(documents.map(({ record, name }) => [record.id, name]));
}

function objectIds(ids: string[]): Types.ObjectId[] {
  return ids.filter((id) => /^[0-9a-f]{24}$/.test(id)).map((id) => new Types.ObjectId(id));
}
