import type { CleverRole, CleverSection, CleverUser } from '../clever/schema.js';
import type { DistrictView, Entry } from './district-view.js';
import { pluralOf, USER_KINDS } from './identify.js';

/**
 * Whether a record is shared. If a school is not, neither are its sections, nor people who are in no other school. A user is readable if
 * one of their roles is.
 */
export function isReadable(district: DistrictView, { kind, object }: Entry): boolean {
  if (pluralOf(kind) === 'users')
    return USER_KINDS.some(
      (role) => district.sharingOf(role) === 'shared' && isRoleReadable(district, object as CleverUser, role),
    );
  if (district.sharingOf(kind) !== 'shared') return false;
  if (kind === 'school') return district.sharesSchool(object.id);
  return kind !== 'section' || district.sharesSchool((object as CleverSection).school ?? '');
}

/** Contacts are in no school: they are shared with their students. A contact without students is always shared. */
function isRoleReadable(district: DistrictView, { roles }: CleverUser, role: CleverRole): boolean {
  if (!roles || !(role in roles)) return false;
  if (district.sharesAllSchools) return true;
  if (role === 'contact') {
    const ties = roles.contact?.student_relationships ?? [];
    const students = ties.flatMap(({ student }) => district.user(student ?? '') ?? []);
    return students.length === 0 || students.some((student) => isRoleReadable(district, student, 'student'));
  }
  const schools = (role === 'district_admin' ? null : roles[role]?.schools) ?? [];
  return schools.length === 0 || schools.some((school) => district.sharesSchool(school));
}
