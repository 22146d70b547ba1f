import type { ListName } from '../../sources/records/lists.js';

/** OneRoster's grades (CEDS) in Clever's words. */
const GRADES: Record<string, string> = {
  IT: 'InfantToddler',
  PR: 'Preschool',
  PK: 'PreKindergarten',
  TK: 'TransitionalKindergarten',
  KG: 'Kindergarten',
  PS: 'PostGraduate',
  UG: 'Ungraded',
};

/** "KG" is "Kindergarten", "03" is "3"; unknown grades stay as they are. */
export function gradeOf(grade: string): string {
  return GRADES[grade.toUpperCase()] ?? grade.replace(/^0+(?=\d)/, '');
}

const SEXES: Record<string, string> = { male: 'M', female: 'F', other: 'X' };

/** Clever's letter for a OneRoster sex; '' for unspecified. */
export function sexOf(sex: string): string {
  return SEXES[sex.toLowerCase()] ?? '';
}

export type PersonRole = 'student' | 'teacher' | 'staff' | 'contact';
export const ROLE_LISTS: Record<PersonRole, ListName> = {
  student: 'students',
  teacher: 'teachers',
  staff: 'staff',
  contact: 'contacts',
};

const ROLES: Record<string, PersonRole> = {
  student: 'student',
  teacher: 'teacher',
  administrator: 'staff',
  districtadministrator: 'staff',
  siteadministrator: 'staff',
  systemadministrator: 'staff',
  principal: 'staff',
  counselor: 'staff',
  aide: 'staff',
  proctor: 'staff',
  parent: 'contact',
  guardian: 'contact',
  relative: 'contact',
};

/** The role that a OneRoster role stands for; undefined if unknown. */
export function roleOf(role: string): PersonRole | undefined {
  return ROLES[role.toLowerCase()];
}

/** A guardian's tie to a student by their role, in Clever's words. */
export function relationshipOf(role: string): { relationship: string; type: string } {
  const isParent = /^(parent|guardian)$/i.test(role);
  return isParent
    ? { relationship: 'Parent', type: 'Parent/Guardian' }
    : { relationship: 'Other', type: 'Family' };
}
