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

/** Whose roster it is, and by which rules. */
export interface Scope extends Rules {
  account: Types.ObjectId;
}

export interface Judged {
  /** Everybody that the changes speak of, as mapped. */
  people: readonly PersonMapped[];
  /** Who of them belongs to the account's schools now, by record ids. */
  here: Set<string>;
  unmentioned: Unmentioned;
}

/** Says of everybody that the changes speak of whether they belong here, by the rule of a full sync over changes and what is stored. */
export async function judgeDelta(scope: Scope, changes: Changes): Promise<Judged> {
  const { kinds, schools, mapping } = scope;
  const mapped = [...changes.users.values()].flatMap((user) =>
    user ? [mapCleverPerson(user, kinds, schools, mapping)] : [],
  );
  // Who names a school by what is no id is here by those that are stored.
  const { people: told } = await keepPersonFacts(scope.account, mapped);
  // Who names a child by what is no id is here by the children that are stored.
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
  // Who is here by a student only is known once that student is.
  for (let known = -1; known !== here.size;) {
    known = here.size;
    for (const person of people)
      if (person.ok && placeOf(person, here, listed, hasStudent) === 'here') here.add(person.record.id);
  }
  return { people, here, unmentioned };
}

/** Ids of the people in a section of Clever's, none where it is not one of ours. */
export function idsIn({ schools }: Scope, section: Parameters<typeof mapCleverSection>[0]): string[] {
  const mapped = mapCleverSection(section, schools);
  return mapped.ok ? [...mapped.record.fields.teacherIds, ...mapped.record.fields.studentIds] : [];
}

/** Of those who name no school, who is in a section that the changes do not speak of. */
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

/** Of the students that people are tied to, those who are here and of whom the changes do not speak. */
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

/** Of record ids, those of people who are here by what is stored; guardians are nobody's reason to be here. */
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
