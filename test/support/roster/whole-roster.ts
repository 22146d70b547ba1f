import type { Types } from 'mongoose';
import { Appointment } from '../../../server/models/appointment.js';
import { Class } from '../../../server/models/class.js';
import { Contact } from '../../../server/models/contact.js';
import { Course } from '../../../server/models/course.js';
import { Resource } from '../../../server/models/resource.js';
import { Section } from '../../../server/models/section.js';
import { Term } from '../../../server/models/term.js';

export interface RosterLine {
  /** Active, as opposed to transferred, archived, gone or deleted. */
  here: boolean;
  text: string;
}

/** Everything that the roster says about one account or all, without our own ids and times, in a fixed order, to compare two states. */
export async function wholeRoster(account?: Types.ObjectId): Promise<RosterLine[]> {
  const scope = account ? { account } : {};
  const contacts = await Contact.find(scope).lean();
  const sections = await Section.find(scope).lean();
  const person = new Map(contacts.map(({ _id, record }) => [_id.toHexString(), record?.id ?? 'by hand']));
  const section = new Map(sections.map(({ _id, record }) => [_id.toHexString(), record.id]));
  const ids = (list: Types.ObjectId[]) => list.map((id) => person.get(id.toHexString()) ?? 'unknown').join();
  const line = (status: string, ...parts: unknown[]): RosterLine => ({
    here: status === 'active',
    text: JSON.stringify([status, ...parts]),
  });
  const lines = [
    ...contacts.map(
      ({
        record,
        status,
        type,
        firstName,
        middleName,
        lastName,
        email,
        grade,
        relations,
        schools,
        ...more
      }) =>
        line(
          status,
          'contact',
          [record?.id, record?.hash, record?.also, record?.kept !== undefined],
          [type, firstName, middleName, lastName, email, grade, relations, schools.map(String)],
          [more.searchKey, more.sortKey, more.schoolId, more.birthDate, more.transferredAt !== undefined],
        ),
    ),
    ...(await Term.find(scope).lean()).map(({ record, status, name, start, end }) =>
      line(status, 'term', record.id, name, start, end),
    ),
    ...(await Course.find(scope).lean()).map(({ record, status, name, number }) =>
      line(status, 'course', record.id, name, number),
    ),
    ...sections.map(({ record, status, name, term, teacherIds, studentIds }) =>
      line(status, 'section', record.id, record.hash, name, term, teacherIds, studentIds),
    ),
    ...(await Class.find(scope).lean()).map(({ section: of, status, synced, edits, searchKey, sortKey }) =>
      line(
        status,
        'class',
        section.get(String(of)),
        [synced.name, synced.type, synced.course, synced.period, synced.term],
        ids(synced.teachers),
        ids(synced.students),
        edits,
        [searchKey, sortKey],
      ),
    ),
    ...(await Resource.find(scope).lean()).map(({ contact, status, name, sortKey }) =>
      line(status, 'resource', person.get(String(contact)), name, sortKey),
    ),
    ...(await Appointment.find(scope).lean()).map(({ _id, state, problem }) =>
      line('active', 'appointment', String(_id), state, problem),
    ),
  ];
  return lines.sort((a, b) => (a.text < b.text ? -1 : 1));
}
