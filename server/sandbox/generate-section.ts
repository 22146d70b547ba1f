import type { CleverSection } from '../clever/schema.js';
import { courseOf } from './generate-catalog.js';
import { teacherLastName } from './generate-staff.js';
import { generateSpecialSection, SPECIAL_SECTIONS } from './generate-special-section.js';
import { placeOfSection, studentsOfSection, teachersOfSection } from './place-students.js';
import { SUBJECTS, TERMS } from './subjects.js';
import type { World } from './world.js';

/** How many sections a district has. */
export function sectionCount(world: World): number {
  return world.plan.timetabled + SPECIAL_SECTIONS;
}

/** A section of the timetable, or one of the special ones after it. */
export function generateSection(world: World, index: number): CleverSection | null {
  const { ids, plan } = world;
  if (index >= plan.timetabled) return generateSpecialSection(world, index - plan.timetabled);
  const place = placeOfSection(plan, index);
  const { grade, subject, group } = place;
  const about = SUBJECTS[grade.school.level][subject];
  if (!about) return null;
  const teachers = teachersOfSection(place);
  const teacherIds = teachers.map((teacher) => ids.idOf('teacher', teacher));
  const period =
    grade.school.level === 'elementary'
      ? ''
      : `${String(subject + 1)}${index % 23 === 4 ? '(A-B) alternate' : ''}`;
  return {
    id: ids.idOf('section', index),
    district: world.districtId,
    school: ids.idOf('school', grade.school.index),
    name: nameOf(world, about.name, grade.grade, group, teachers[0] ?? 0),
    sis_id: String(500_000 + index),
    subject: about.subject,
    students: studentsOfSection(place).map((student) => ids.idOf('student', student)),
    ...(teacherIds[0] === undefined ? {} : { teacher: teacherIds[0] }),
    teachers: teacherIds,
    created: world.baseTime,
    last_modified: world.baseTime,
    // Some sections lack the facts that a section may lack.
    ...(index % 47 === 11 ? {} : { course: ids.idOf('course', courseOf(grade, subject)) }),
    ...(index % 53 === 29 ? {} : { term_id: ids.idOf('term', TERMS[about.term]) }),
    ...(index % 31 === 14 ? {} : { grade: grade.grade }),
    ...(index % 37 === 8 ? {} : { period }),
    section_number: index % 5 === 0 ? '' : String(group + 1),
  };
}

/** "Mathematics 7 - Alvarez - 2"; a few classes of a grade share one name, as names are not unique in Clever. */
function nameOf(world: World, subject: string, grade: string, group: number, teacher: number): string {
  const named = grade === 'Kindergarten' ? `${subject} K` : `${subject} ${grade}`;
  return subject === 'Physical Education'
    ? named
    : `${named} - ${teacherLastName(world, teacher)} - ${String(group + 1)}`;
}
