import type { CleverCourse, CleverDistrict, CleverSchool, CleverTerm } from '../clever/schema.js';
import type { GradePlan } from './lay-out-district.js';
import { PLACES } from './names.js';
import { SUBJECTS, type Level } from './subjects.js';
import type { World } from './world.js';

/** The district's record. */
export function generateDistrict(world: World): CleverDistrict {
  return {
    id: world.districtId,
    name: '#SANDBOX Cedar Valley Unified School District',
    sis_type: 'sftp',
    launch_date: `${String(world.schoolYear - 3)}-07-31`,
    portal_url: 'https://clever.com/in/sandbox-cedar-valley',
    login_methods: ['Clever Passwords'],
    district_contact: {
      district: world.districtId,
      id: world.ids.idOf('district_admin', 0),
      name: { first: 'District', last: 'Contact' },
      email: 'district.contact@example.org',
      title: '',
    },
    last_sync: world.baseTime,
    error: '',
    state: 'running',
  };
}

const LEVEL_NAMES: Record<Level, string> = {
  elementary: 'Elementary School',
  middle: 'Middle School',
  high: 'High School',
};

/** The record of a school; null for an unused place. */
export function generateSchool(world: World, index: number): CleverSchool | null {
  const plan = world.plan.schools[index];
  if (!plan) return null;
  const place = PLACES[index % PLACES.length] ?? '';
  const number = String(101 + index);
  return {
    id: world.ids.idOf('school', index),
    district: world.districtId,
    name: `${place} ${LEVEL_NAMES[plan.level]}${index >= PLACES.length ? ` ${number}` : ''}`,
    sis_id: number,
    school_number: number,
    low_grade: plan.grades[0]?.grade ?? '',
    high_grade: plan.grades.at(-1)?.grade ?? '',
    created: world.baseTime,
    last_modified: world.baseTime,
    // Every fourth school lacks the facts that a school may lack.
    ...(index % 4 === 3
      ? {}
      : {
          state_id: `CA${number}`,
          phone: `(555) 555-${String(1000 + index)}`,
          principal: { name: `Principal of ${place}`, email: `principal${number}@example.org` },
          location: { address: `${number} ${place} Street`, city: 'Cedar Valley', state: 'CA', zip: '90210' },
        }),
  };
}

/** Fall, spring and the whole year, in this order (TERMS). */
export function generateTerm(world: World, index: number): CleverTerm | null {
  const [from, to] = [world.schoolYear, world.schoolYear + 1].map(String);
  const terms = [
    { name: 'Semester 1', start_date: `${String(from)}-08-18`, end_date: `${String(from)}-12-19` },
    { name: 'Semester 2', start_date: `${String(to)}-01-06`, end_date: `${String(to)}-06-05` },
    { name: 'Full Year', start_date: `${String(from)}-08-18`, end_date: `${String(to)}-06-05` },
  ];
  const term = terms[index];
  return term ? { id: world.ids.idOf('term', index), district: world.districtId, ...term } : null;
}
export const TERM_COUNT = 3;

const LEVELS: { level: Level; grades: number; firstGrade: number; first: number }[] = [
  { level: 'elementary', grades: 6, firstGrade: 0, first: 0 },
  { level: 'middle', grades: 3, firstGrade: 6, first: 24 },
  { level: 'high', grades: 4, firstGrade: 9, first: 45 },
];
/** 6 × 4 + 3 × 7 + 4 × 9, and one course without any facts. */
export const COURSE_COUNT = 82;

/** Courses belong to the district: every school of a level teaches the same ones. */
export function courseOf(grade: GradePlan, subject: number): number {
  const level = LEVELS.find((entry) => entry.level === grade.school.level);
  return (level?.first ?? 0) + grade.place * SUBJECTS[grade.school.level].length + subject;
}

/** The record of a course; null for an unused place. */
export function generateCourse(world: World, index: number): CleverCourse | null {
  if (index < 0 || index >= COURSE_COUNT) return null;
  const bare = { id: world.ids.idOf('course', index), district: world.districtId };
  if (index === COURSE_COUNT - 1) return bare;
  const level = LEVELS.findLast((entry) => entry.first <= index);
  if (!level) return null;
  const subjects = SUBJECTS[level.level];
  const grade = level.firstGrade + Math.floor((index - level.first) / subjects.length);
  const subject = subjects[(index - level.first) % subjects.length];
  const name = `${subject?.name ?? ''} ${grade === 0 ? 'K' : String(grade)}`;
  return { ...bare, name, number: index % 17 === 9 ? '' : String(1000 + index) };
}
