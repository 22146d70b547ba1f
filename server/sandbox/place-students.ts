import { gradeAt, schoolAt, type DistrictPlan, type GradePlan } from './lay-out-district.js';
import { SUBJECTS } from './subjects.js';

/** A few students are in no class at all. */
function isIdle(student: number): boolean {
  return student % 211 === 17;
}

/** The grade that a student is in. */
export function gradeOfStudent(plan: DistrictPlan, student: number): GradePlan {
  return gradeAt(schoolAt(plan, 'firstStudent', student), 'firstStudent', student);
}

/** The section (index) of a grade's subject and parallel group. */
export function sectionIndex(grade: GradePlan, subject: number, group: number): number {
  return grade.firstSection + subject * grade.groups + group;
}

export interface SectionPlace {
  grade: GradePlan;
  subject: number;
  group: number;
}

/** Which grade, subject and group a section of the timetable is. */
export function placeOfSection(plan: DistrictPlan, section: number): SectionPlace {
  const grade = gradeAt(schoolAt(plan, 'firstSection', section), 'firstSection', section);
  const local = section - grade.firstSection;
  return { grade, subject: Math.floor(local / grade.groups), group: local % grade.groups };
}

/**
 * The sections of a student. Students are arranged in rows of as many as there are groups; each row is rotated by the subject's number
 * (except in elementary schools, where a class stays together), so that classmates change with the subject and sizes stay even.
 */
export function sectionsOfStudent(plan: DistrictPlan, student: number): number[] {
  if (isIdle(student) || student >= plan.students) return [];
  const grade = gradeOfStudent(plan, student);
  const position = student - grade.firstStudent;
  const row = Math.floor(position / grade.groups);
  return SUBJECTS[grade.school.level].map((_, subject) =>
    sectionIndex(grade, subject, (position + row * turn(grade, subject)) % grade.groups),
  );
}

/** The students (indexes, ascending) of a section of the timetable. */
export function studentsOfSection({ grade, subject, group }: SectionPlace): number[] {
  const { groups } = grade;
  const students: number[] = [];
  for (let row = 0; row * groups < grade.students; row += 1) {
    const column = (((group - row * turn(grade, subject)) % groups) + groups) % groups;
    const position = row * groups + column;
    const student = grade.firstStudent + position;
    if (position < grade.students && !isIdle(student)) students.push(student);
  }
  return students;
}

function turn(grade: GradePlan, subject: number): number {
  return grade.school.level === 'elementary' ? 0 : subject;
}

/** Teachers (indexes), the primary one first. */
export function teachersOfSection({ grade, subject, group }: SectionPlace): number[] {
  const { school } = grade;
  const ordinal = grade.groupsBefore + group;
  if (school.level === 'elementary') {
    const specialists = school.firstTeacher + school.groups;
    if (subject > 0) return [specialists + subject - 1];
    const homeroom = school.firstTeacher + ordinal;
    return ordinal % 6 === 2 ? [homeroom, specialists + 3 + (ordinal % 3)] : [homeroom];
  }
  const sections = SUBJECTS[school.level].length * school.groups;
  const primary = Math.floor(((subject * school.groups + ordinal) * school.teachers) / sections);
  const second = (primary + 1) % school.teachers;
  const together = (subject + ordinal) % 13 === 4 && second !== primary;
  return (together ? [primary, second] : [primary]).map((teacher) => school.firstTeacher + teacher);
}
