import type { Types } from 'mongoose';
import type { CleverUser, StudentRelationship } from '../../clever/schema.js';
import type { CleverKinds } from '../../models/account.js';
import {
  IDENTIFIERS,
  NO_MAPPING,
  type FieldMapping,
  type MappableField,
} from '../../models/field-mapping.js';
import type { ContactType, Relation, RosterPerson } from '../../models/contact.js';
import { cleanDate, cleanId, cleanIds, cleanText, isSpoilt, isSpoiltDate, isSpoiltId } from './clean-text.js';
import { rosterRecord, type Mapped } from './roster-record.js';

/** Our schools by the ids of the Clever schools that are matched to them. */
export type MatchedSchools = ReadonlyMap<string, Types.ObjectId>;

export type PersonMapped = Mapped<RosterPerson> & {
  /** Ids of the Clever schools that the record names, matched or not. */
  named: string[];
  /** Whether the list of children is not a list or holds an unreadable id, so that it does not tell who their other children are. */
  unsure?: true;
  /** The facts that cannot be read. */
  spoilt?: readonly PersonFact[];
};

/** Facts of a person that a record may hold in unreadable form. */
export type PersonFact = 'schools' | 'grade' | 'birthDate' | 'email';

/**
 * Maps a Clever user to one person, whatever is missing. Somebody with several roles is one contact, of the first type among student,
 * teacher, staff and guardian that the account syncs; ties to students are kept whatever the type. Only the fields of `RosterPerson` are
 * taken: race, language, disability and the like never leave the download.
 * @param mapping which of Clever's numbers become our identifiers; if none does, fields and hash are as if there were none
 */
export function mapCleverPerson(
  user: CleverUser,
  kinds: CleverKinds,
  schools: MatchedSchools,
  mapping: FieldMapping = NO_MAPPING,
): PersonMapped {
  const id = cleanId(user.id);
  const named = schoolsOf(user, kinds);
  const type = typeOf(user, kinds);
  if (!id) return { ok: false, id: '', named, reason: 'bad id' };
  if (!type) return { ok: false, id, named, reason: 'no role' };
  const { student, teacher, staff, contact, district_admin: admin } = user.roles ?? {};
  const credentials = student?.credentials ?? teacher?.credentials ?? staff?.credentials;
  const fields: RosterPerson = {
    type,
    firstName: cleanText(user.name?.first),
    middleName: cleanText(user.name?.middle),
    lastName: cleanText(user.name?.last),
    email: (emailOf(user.email) || emailOf(student?.email)).toLowerCase(),
    username: cleanText(credentials?.district_username),
    schoolId: cleanText(student?.student_number) || cleanText(student?.sis_id),
    birthDate: cleanDate(student?.dob),
    sex: cleanText(student?.gender),
    address: cleanText(student?.location?.address),
    city: cleanText(student?.location?.city),
    state: cleanText(student?.location?.state),
    postalCode: cleanText(student?.location?.zip),
    grade: isSpoilt(student?.grade) ? '' : cleanText(student?.grade),
    title: cleanText(teacher?.title) || cleanText(staff?.title) || cleanText(admin?.title),
    phone: cleanText(contact?.phone),
    schools: named.flatMap((school) => schools.get(school) ?? []),
    relations: kinds.contacts ? relationsOf(user) : [],
    ...identifiersOf(user, type, mapping),
  };
  const unsure = kinds.contacts && hasUnreadable(user);
  const spoilt = spoiltIn(user, kinds, fields);
  return {
    ok: true,
    named,
    record: rosterRecord(id, fields),
    ...(unsure ? { unsure } : {}),
    ...(spoilt.length > 0 ? { spoilt } : {}),
  };
}

/** A formula without a result is no address. */
const isFormula = (value: unknown): boolean => isSpoilt(value) && String(value).startsWith('#');

function emailOf(value: unknown): string {
  return isFormula(value) ? '' : cleanText(value);
}

function spoiltIn(
  { roles, email }: CleverUser,
  kinds: CleverKinds,
  { birthDate }: RosterPerson,
): PersonFact[] {
  const { student, teacher, staff } = roles ?? {};
  const mine = [
    ...(kinds.students && student ? [student.school, ...listed(student.schools)] : []),
    ...(kinds.teachers && teacher ? [teacher.school, ...listed(teacher.schools)] : []),
    ...(kinds.staff && staff ? listed(staff.schools) : []),
  ];
  return [
    ...(mine.some(isSpoiltId) ? (['schools'] as const) : []),
    ...(isSpoilt(student?.grade) ? (['grade'] as const) : []),
    ...(isSpoiltDate(student?.dob, birthDate) ? (['birthDate'] as const) : []),
    ...(isFormula(email) ? (['email'] as const) : []),
  ];
}

/** The entries of a list, or of whatever stands in its place. */
function listed(list: unknown): unknown[] {
  return Array.isArray(list) ? list : [list];
}

function hasUnreadable({ roles }: CleverUser): boolean {
  const given: unknown = roles?.contact?.student_relationships;
  if (!Array.isArray(given)) return Boolean(given);
  return given.some((tie) => cleanId((tie as StudentRelationship | null)?.student) === '');
}

function typeOf({ roles }: CleverUser, kinds: CleverKinds): ContactType | undefined {
  if (kinds.students && roles?.student) return 'student';
  if (kinds.teachers && roles?.teacher) return 'teacher';
  if (kinds.staff && roles?.staff) return 'staff';
  return kinds.contacts && roles?.contact ? 'guardian' : undefined;
}

/** The mapped identifiers in a fixed order, blank ones included: what Clever empties is empty here. Guardians have none. */
function identifiersOf(
  { roles }: CleverUser,
  type: ContactType,
  mapping: FieldMapping,
): Pick<RosterPerson, 'identifiers'> {
  if (type === 'guardian') return {};
  const role = roles?.[type] as Partial<Record<MappableField, unknown>> | null | undefined;
  const identifiers: RosterPerson['identifiers'] = {};
  for (const identifier of IDENTIFIERS) {
    const field = mapping[type][identifier];
    if (field !== '') identifiers[identifier] = cleanText(role?.[field]);
  }
  return Object.keys(identifiers).length > 0 ? { identifiers } : {};
}

/** The main school first; the others in a fixed order, because Clever promises none. */
function schoolsOf({ roles }: CleverUser, kinds: CleverKinds): string[] {
  const main: unknown[] = [];
  const others: string[] = [];
  if (kinds.students && roles?.student) {
    main.push(roles.student.school);
    others.push(...cleanIds(roles.student.schools));
  }
  if (kinds.teachers && roles?.teacher) {
    main.push(roles.teacher.school);
    others.push(...cleanIds(roles.teacher.schools));
  }
  if (kinds.staff && roles?.staff) others.push(...cleanIds(roles.staff.schools));
  return cleanIds([...main, ...others.sort()]);
}

function relationsOf({ roles }: CleverUser): Relation[] {
  const given: unknown = roles?.contact?.student_relationships;
  const ties = (Array.isArray(given) ? given : []) as (StudentRelationship | null)[];
  const relations = ties.map((tie) => ({
    student: cleanId(tie?.student),
    relationship: cleanText(tie?.relationship),
    type: cleanText(tie?.type),
  }));
  return sortTies(relations.filter(({ student }) => student !== ''));
}

/** In a fixed order, because Clever promises none. */
export function sortTies(ties: Relation[]): Relation[] {
  return ties.sort((a, b) => (tieKey(a) < tieKey(b) ? -1 : 1));
}

export function tieKey(relation: Relation): string {
  return `${relation.student} ${relation.relationship} ${relation.type}`;
}
