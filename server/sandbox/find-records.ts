import type { CleverRole, CleverSection, CleverTerm } from '../clever/schema.js';
import type { District } from './district.js';
import type { AnyObject } from './generate-record.js';
import { secondRoleOf } from './generate-staff.js';
import { pluralOf, USER_KINDS, type Kind } from './identify.js';
import type { Source, Span } from './list-page.js';
import { contactsOfStudent, sectionsOfSchool, sectionsOfUser } from './relate.js';
import { Refusal } from './reply.js';

/** A whole type, or the part below one object; `single` if Clever gives one object instead of a list. */
export type Found = Source | { single: string | null };

/** All records of a kind. */
export function allOf(kind: Kind): Source {
  return { spans: [{ kind }] };
}

/** Users with a role (or all), in a school if one is given. Users with two roles are in both lists. */
export function usersOf(district: District, role: string | null, schoolId?: string): Source {
  const wanted = role === null ? USER_KINDS : USER_KINDS.filter((kind) => kind === role);
  if (wanted.length === 0)
    throw new Refusal(400, 'role must be contact, district_admin, staff, student or teacher');
  const spans = USER_KINDS.map((kind): Span => {
    const changed = district.changedIndexes(kind);
    const ofRole = (index: number) =>
      role === null ||
      kind === role ||
      changed.has(index) ||
      (kind === 'teacher' && secondRoleOf(index) === role);
    const near = schoolId === undefined ? () => true : nearSchool(district, kind, schoolId);
    return {
      kind,
      accept: (index) => (ofRole(index) && near(index)) || changed.has(index),
      keep: (object) => hasRole(object, wanted) && (schoolId === undefined || attends(object, schoolId)),
    };
  });
  return { spans };
}

function hasRole(object: AnyObject, roles: readonly CleverRole[]): boolean {
  return 'roles' in object && roles.some((role) => object.roles?.[role]);
}

function attends(object: AnyObject, schoolId: string): boolean {
  if (!('roles' in object)) return false;
  const { student, teacher, staff } = object.roles ?? {};
  return [student, teacher, staff].some((role) => role?.schools?.includes(schoolId));
}

/** People of a school belong to its block, so people of other blocks need not be made just to be excluded. */
function nearSchool(district: District, kind: Kind, schoolId: string): (index: number) => boolean {
  const { plan, ids } = district.world;
  const block = plan.schools[ids.parse(schoolId)?.index ?? -1]?.block ?? -1;
  const schools = plan.schools.filter((school) => school.block === block);
  const [first, last] = [schools[0], schools.at(-1)];
  if (!first || !last || kind === 'contact' || kind === 'district_admin') return () => false;
  if (kind === 'teacher')
    return (index) => index >= first.firstTeacher && index < last.firstTeacher + last.teachers;
  if (kind === 'student')
    return (index) =>
      index >= first.firstStudent && (index < last.firstStudent + last.students || index >= plan.students);
  return () => true;
}

function sectionsWhere(district: District, keep: (section: CleverSection) => boolean): CleverSection[] {
  const found: CleverSection[] = [];
  for (let index = 0; index < district.count('section'); index += 1) {
    const section = district.at('section', index);
    if (section && keep(section)) found.push(section);
  }
  return found;
}

/** The list at `/{plural}/{id}/{part}`; null if there is no such path. The object itself exists. */
export function partOf(
  district: District,
  kind: Kind,
  id: string,
  part: string,
  query: URLSearchParams,
): Found | null {
  if (part === 'district') return { single: district.world.districtId };
  if (kind === 'school') {
    if (part === 'users') return usersOf(district, query.get('role'), id);
    return partOfSections(sectionsOfSchool(district, id), part, ['courses', 'sections', 'terms']);
  }
  if (kind === 'term')
    return partOfSections(
      sectionsWhere(district, (section) => section.term_id === id),
      part,
      ['schools', 'sections'],
    );
  if (kind === 'course')
    return partOfSections(
      sectionsWhere(district, (section) => section.course === id),
      part,
      ['schools', 'sections'],
    );
  if (kind === 'section') return partOfSection(district, id, part, query);
  return pluralOf(kind) === 'users' ? partOfUser(district, id, part.toLowerCase()) : null;
}

function partOfSections(
  sections: readonly CleverSection[],
  part: string,
  allowed: readonly string[],
): Found | null {
  const fields = { courses: 'course', schools: 'school', sections: 'id', terms: 'term_id' } as const;
  const field = allowed.includes(part) ? fields[part as keyof typeof fields] : null;
  return (
    field && {
      ids: sections.map((section) => section[field]).filter((id): id is string => typeof id === 'string'),
    }
  );
}

function partOfSection(district: District, id: string, part: string, query: URLSearchParams): Found | null {
  const section = district.section(id);
  if (!section) return null;
  if (part === 'users') {
    const role = query.get('role');
    const ids = [
      ...(role === 'teacher' ? [] : (section.students ?? [])),
      ...(role === 'student' ? [] : (section.teachers ?? [])),
    ];
    return { ids: role === null || role === 'student' || role === 'teacher' ? ids : [] };
  }
  if (part === 'course') return { single: section.course ?? null };
  if (part === 'school') return { single: section.school ?? null };
  return part === 'term' ? { single: section.term_id ?? null } : null;
}

function partOfUser(district: District, id: string, part: string): Found | null {
  const roles = district.user(id)?.roles ?? {};
  const sections = () => sectionsOfUser(district, id);
  switch (part) {
    case 'schools':
      return { ids: [roles.student, roles.teacher, roles.staff].flatMap((role) => role?.schools ?? []) };
    case 'sections':
      return { ids: sections().map((section) => section.id) };
    case 'mycontacts':
      return { ids: contactsOfStudent(district, id).map((contact) => contact.id) };
    case 'myteachers':
      return { ids: roles.student ? sections().flatMap((section) => section.teachers ?? []) : [] };
    case 'mystudents': {
      const own = (roles.contact?.student_relationships ?? []).map(({ student }) => student ?? '');
      return { ids: roles.teacher ? sections().flatMap((section) => section.students ?? []) : own };
    }
    default:
      return null;
  }
}

/** Filters events by `school` and `record_type`: the first part of the type, several separated by commas. */
export function eventsOf(query: URLSearchParams): Source {
  const types = query.getAll('record_type').flatMap((value) => value.split(','));
  const school = query.get('school');
  const keep = (object: AnyObject) => {
    const type = 'type' in object ? (object.type ?? '') : '';
    const changed = 'data' in object ? object.data?.object : null;
    return (
      (types.length === 0 || types.includes(type.split('.')[0] ?? '')) &&
      (school === null || JSON.stringify(changed).includes(school))
    );
  };
  return { spans: [{ kind: 'event', keep }] };
}

/** Below another object, Clever writes a term's dates as whole timestamps. */
export function termBelow(term: CleverTerm): CleverTerm {
  const midnight = (date: CleverTerm['start_date']) => (date ? `${date.slice(0, 10)}T00:00:00.000Z` : date);
  return {
    ...term,
    start_date: midnight(term.start_date) ?? null,
    end_date: midnight(term.end_date) ?? null,
  };
}
