import type { CleverSection, CleverUser } from '../clever/schema.js';
import type { DistrictView } from './district-view.js';
import { childOfTeacher, secondRoleOf } from './generate-staff.js';
import { CONTACTS_PER_FAMILY, familyOf } from './group-families.js';
import { schoolAt, type SchoolPlan } from './lay-out-district.js';
import { sectionsOfStudent } from './place-students.js';

/** The sections (ascending) among `candidates` that exist and satisfy `belongs`. */
function sectionsAmong(
  district: DistrictView,
  candidates: Iterable<number>,
  belongs: (section: CleverSection) => boolean,
): CleverSection[] {
  const { plan } = district.world;
  const indexes = new Set([...candidates, ...district.changedIndexes('section')]);
  // The special sections are few, and may contain any student.
  for (let index = plan.timetabled; index < district.count('section'); index += 1) indexes.add(index);
  return [...indexes]
    .sort((a, b) => a - b)
    .map((index) => district.at('section', index))
    .filter((section): section is CleverSection => section !== null && belongs(section));
}

/** The sections of which a user is a student or a teacher. */
export function sectionsOfUser(district: DistrictView, userId: string): CleverSection[] {
  const { plan, ids } = district.world;
  const who = ids.parse(userId);
  if (who?.kind === 'student') {
    return sectionsAmong(
      district,
      sectionsOfStudent(plan, who.index),
      (section) => section.students?.includes(userId) ?? false,
    );
  }
  if (who?.kind !== 'teacher') return [];
  const school = schoolAt(plan, 'firstTeacher', who.index);
  return sectionsAmong(
    district,
    indexesOf(school),
    (section) => section.teacher === userId || (section.teachers?.includes(userId) ?? false),
  );
}

/** The sections of a school. */
export function sectionsOfSchool(district: DistrictView, schoolId: string): CleverSection[] {
  const index = district.world.ids.parse(schoolId)?.index ?? -1;
  const school = district.world.plan.schools[index];
  return school ? sectionsAmong(district, indexesOf(school), (section) => section.school === schoolId) : [];
}

function indexesOf(school: SchoolPlan): number[] {
  return Array.from({ length: school.sections }, (_, place) => school.firstSection + place);
}

/** The contacts of a student, including teachers who are also parents. */
export function contactsOfStudent(district: DistrictView, studentId: string): CleverUser[] {
  const { plan, ids } = district.world;
  const student = ids.parse(studentId)?.index ?? -1;
  const first = familyOf(plan, student) * CONTACTS_PER_FAMILY;
  const places = new Set(Array.from({ length: CONTACTS_PER_FAMILY }, (_, place) => first + place));
  for (const index of district.changedIndexes('contact')) places.add(index);
  const contacts = [...places].sort((a, b) => a - b).map((index) => district.at('contact', index));
  for (let teacher = 0; teacher < district.count('teacher'); teacher += 1) {
    if (secondRoleOf(teacher) === 'contact' && childOfTeacher(district.world, teacher) === student)
      contacts.unshift(district.at('teacher', teacher));
  }
  for (const kind of ['student', 'teacher', 'staff'] as const)
    for (const index of district.changedIndexes(kind)) contacts.push(district.at(kind, index));
  const each = [...new Map(contacts.flatMap((user) => (user ? [[user.id, user] as const] : []))).values()];
  return each.filter((user) => relatesTo(user, studentId));
}

function relatesTo(user: CleverUser, studentId: string): boolean {
  return user.roles?.contact?.student_relationships?.some(({ student }) => student === studentId) ?? false;
}
