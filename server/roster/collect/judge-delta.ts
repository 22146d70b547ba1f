import { Contact, recordIds, byRecordIds, type RosterPerson } from '../../models/contact.js';
import type { Types } from 'mongoose';
import { Section } from '../../models/section.js';
import { mapCleverSection } from '../../sources/records/map-clever-class.js';
import { mapCleverPerson, type PersonMapped } from '../../sources/records/map-clever-person.js';
import type { Unmentioned } from '../../sources/download/delivery.js';
import { keepStudentTies } from '../people/keep-student-ties.js';
import type { Rules } from '../../sources/download/cursor.js';
import type { Changes } from '../../sources/download/read-events.js';
import { keepPersonFacts } from '../people/keep-person-facts.js';
import { placeOf } from '../people/refresh-people.js';

const BATCH = 1000;

/** The account, and the rules for who belongs to it. */
export interface Scope extends Rules {
  account: Types.ObjectId;
}

export interface Judged {
  /** Everybody whom the changes mention, as mapped. */
  people: readonly PersonMapped[];
  /** Which of them belong to the account's schools now, by record id. */
  here: Set<string>;
  unmentioned: Unmentioned;
}

/** Decides who of the people in the changes belongs here, by the rule of a full sync applied to changes and stored data. */
export async function judgeDelta(scope: Scope, changes: Changes): Promise<Judged> {
  const { kinds, schools, mapping } = scope;
  const mapped = [...changes.users.values()].flatMap((user) =>
    user ? [mapCleverPerson(user, kinds, schools, mapping)] : [],
  );
  // For a person whose schools cannot be read, the stored schools count.
  const { people: told } = await keepPersonFacts(scope.account, mapped);
  // For a person whose children cannot be read, the stored children count.
  const people = await keepStudentTies({ account: { _id: scope.account } }, told, new Set());
  const unmentioned = {
    listed: await findListed(scope, changes, people),
    students: await findStudents(scope, changes, people),
  };
  const sections = [...changes.sections.values()];
  const listedNow = new Set(sections.flatMap((section) => (section ? idsIn(scope, section) : [])));
  const listed = { has: (id: string) => listedNow.has(id) || unmentioned.listed.has(id) };
  const here = new Set<string>();
  const hasStudent = ({ relations }: RosterPerson) =>
    relations.some(({ student }) => here.has(student) || unmentioned.students.has(student));
  // Somebody who is here only by a student is known to be here once the student is.
  for (let known = -1; known !== here.size;) {
    known = here.size;
    for (const person of people)
      if (person.ok && placeOf(person, here, listed, hasStudent) === 'here') here.add(person.record.id);
  }
  return { people, here, unmentioned };
}

/** Ids of the people in one of Clever's sections; none if the section is not in our schools. */
export function idsIn({ schools }: Scope, section: Parameters<typeof mapCleverSection>[0]): string[] {
  const mapped = mapCleverSection(section, schools);
  return mapped.ok ? [...mapped.record.fields.teacherIds, ...mapped.record.fields.studentIds] : [];
}

/** Of the people who name no school, those who are in a section that the changes do not mention. */
async function findListed(
  { account }: Scope,
  { sections }: Changes,
  people: readonly PersonMapped[],
): Promise<Set<string>> {
  const ids = people.flatMap(({ named, ...person }) =>
    'record' in person && named.length === 0 && person.record.fields.type !== 'guardian'
      ? [person.record.id]
      : [],
  );
  if (ids.length === 0) return new Set();
  const found = await Section.find(
    {
      account,
      status: 'active',
      'record.kept': { $exists: false },
      $or: [{ studentIds: { $in: ids } }, { teacherIds: { $in: ids } }],
    },
    { record: 1, studentIds: 1, teacherIds: 1 },
  ).lean();
  const others = found.filter(({ record }) => !sections.has(record.id));
  return new Set(others.flatMap(({ studentIds, teacherIds }) => [...studentIds, ...teacherIds]));
}

/** Of the students whom people are tied to, those who are here and whom the changes do not mention. */
async function findStudents(
  scope: Scope,
  { users }: Changes,
  people: readonly PersonMapped[],
): Promise<Set<string>> {
  const tied = people.flatMap((person) =>
    person.ok ? person.record.fields.relations.map(({ student }) => student) : [],
  );
  return findHere(
    scope,
    tied.filter((id) => !users.has(id)),
  );
}

/** Of these record ids, those whose stored person is here for a reason of their own: guardians are left out. */
export async function findHere(
  { account }: Pick<Scope, 'account'>,
  ids: readonly string[],
): Promise<Set<string>> {
  const wanted = [...new Set(ids)];
  const here = new Set<string>();
  for (let from = 0; from < wanted.length; from += BATCH) {
    const batch = wanted.slice(from, from + BATCH);
    const found = await Contact.find(
      byRecordIds(account, batch, {
        status: 'active',
        type: { $ne: 'guardian' },
        'record.kept': { $exists: false },
      }),
      { record: 1 },
    ).lean();
    const stored = new Set(found.flatMap(recordIds));
    for (const id of batch) if (stored.has(id)) here.add(id);
  }
  return here;
}
