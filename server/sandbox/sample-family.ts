import type { CleverUser } from '../clever/schema.js';
import type { District } from './district.js';
import { childrenOf, CONTACTS_PER_FAMILY } from './group-families.js';
import { sectionsOfUser } from './relate.js';

/** A guardian with an email address, whose children can be added by number and birth date. */
export interface SampleFamily {
  guardian: { id: string; email: string; name: string };
  children: {
    id: string;
    name: string;
    studentNumber: string;
    dob: string;
    schoolId: string;
    sectionIds: string[];
  }[];
}

/** The first family with two children in different classes of one school; in a tiny district the first with any child. */
export function findSampleFamily(district: District): SampleFamily | null {
  let any: SampleFamily | null = null;
  for (let family = 0; family < district.world.plan.students; family += 1) {
    const found = familyAt(district, family);
    if (found && hasTwoInOneSchool(found)) return found;
    any ??= found;
  }
  return any;
}

function familyAt(district: District, family: number): SampleFamily | null {
  const guardian = district.at('contact', family * CONTACTS_PER_FAMILY);
  const email = guardian?.email ?? '';
  if (!guardian || !email.includes('@') || email.startsWith('family')) return null;
  const children = childrenOf(district.world.plan, family).map((index) =>
    childAt(district, district.at('student', index)),
  );
  const complete = children.filter((child) => child !== null);
  if (complete.length < children.length || complete.length === 0) return null;
  return { guardian: { id: guardian.id, email, name: nameOf(guardian) }, children: complete };
}

function childAt(district: District, student: CleverUser | null): SampleFamily['children'][number] | null {
  const role = student?.roles?.student;
  const sectionIds = student ? sectionsOfUser(district, student.id).map((section) => section.id) : [];
  if (!student || !role?.student_number || !role.dob || !role.school || sectionIds.length === 0) return null;
  return {
    id: student.id,
    name: nameOf(student),
    studentNumber: role.student_number,
    dob: role.dob,
    schoolId: role.school,
    sectionIds,
  };
}

function hasTwoInOneSchool({ children }: SampleFamily): boolean {
  return children.some((one) =>
    children.some(
      (other) =>
        one.id < other.id && one.schoolId === other.schoolId && one.sectionIds[0] !== other.sectionIds[0],
    ),
  );
}

function nameOf(user: CleverUser): string {
  return [user.name?.first, user.name?.last].filter(Boolean).join(' ');
}
