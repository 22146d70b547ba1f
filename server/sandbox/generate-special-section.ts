import type { CleverSection } from '../clever/schema.js';
import type { SchoolPlan } from './lay-out-district.js';
import { TERMS } from './subjects.js';
import type { World } from './world.js';

/** The first block's people, from which the special sections are made. */
interface Cast {
  /** Ids of `count` students of a school (0 and 1 elementary, 2 middle, 3 high), evenly spread. */
  students: (school: number, count: number) => string[];
  teacher: (school: number, place: number) => string;
  missing: (kind: 'student' | 'teacher', place: number) => string;
}

/** `plain`: its name in a district without difficult names. */
type Special = Partial<CleverSection> & { at: number; plain?: string };

/** Difficult cases of real districts, and clubs with members from several grades. All but one belong to one school. */
const SPECIALS: readonly ((cast: Cast) => Special)[] = [
  ({ students, teacher }) => ({
    at: 3,
    name: 'Jazz Band (both upper schools)',
    students: [...students(2, 8), ...students(3, 12)],
    teachers: [teacher(3, 0), teacher(2, 0), teacher(3, 1)],
  }),
  ({ students, teacher }) => ({
    at: 3,
    name: 'Concert Choir',
    students: [...students(2, 20), ...students(3, 60)],
    teachers: [teacher(3, 2)],
  }),
  ({ teacher }) => ({ at: 3, name: 'Independent Study', students: [], teachers: [teacher(3, 3)] }),
  ({ students, teacher }) => ({
    at: 3,
    name: 'One-on-one Tutoring',
    students: students(3, 1),
    teachers: [teacher(3, 4)],
  }),
  ({ students }) => ({
    at: 3,
    name: 'Study Hall without a teacher',
    plain: 'Study Hall',
    students: students(3, 18),
    teachers: [],
  }),
  ({ students, missing }) => ({
    at: 2,
    name: 'Class of an unshared teacher',
    plain: 'Woodshop',
    students: students(2, 15),
    teachers: [missing('teacher', 0)],
  }),
  ({ students, teacher, missing }) => ({
    at: 2,
    name: 'Class with unshared students',
    plain: 'Spanish Club',
    students: [...students(2, 10), missing('student', 0), missing('student', 1), missing('student', 2)],
    teachers: [teacher(2, 1)],
  }),
  ({ students, teacher }) => ({
    at: 3,
    name: 'Team-taught Humanities',
    students: students(3, 28),
    teachers: Array.from({ length: 10 }, (_, place) => teacher(3, place)),
  }),
  ({ students, teacher }) => ({
    at: 1,
    name: '',
    plain: 'Book Club',
    students: students(1, 12),
    teachers: [teacher(1, 0)],
  }),
  ({ students, teacher }) => ({
    at: 0,
    name: '<img src=x onerror=alert(1)> & "Friends"',
    plain: 'Drama Club',
    students: students(0, 14),
    teachers: [teacher(0, 0)],
  }),
  ({ students, teacher }) => ({
    at: 0,
    name: '=HYPERLINK("https://example.com";"Class")',
    plain: 'Garden Club',
    students: students(0, 13),
    teachers: [teacher(0, 1)],
  }),
  ({ students, teacher }) => ({
    at: 1,
    name: `Reading Circle ${'of the long name '.repeat(30)}📚`,
    plain: 'Reading Circle',
    students: students(1, 11),
    teachers: [teacher(1, 1)],
  }),
  ({ students, teacher }) => ({
    at: 1,
    name: 'Reading Support',
    students: students(1, 9),
    teachers: [teacher(1, 2)],
  }),
  ({ students, teacher }) => ({
    at: 1,
    name: 'Reading Support',
    students: students(1, 7),
    teachers: [teacher(1, 2)],
  }),
  ({ students, teacher }) => ({
    at: 0,
    name: 'Walking School Bus',
    students: students(0, 20),
    teachers: [teacher(0, 2)],
    subject: '',
    sis_id: '',
    term_id: '',
  }),
  ({ students, teacher }) => ({
    at: 2,
    name: null,
    plain: 'Homework Club',
    students: students(2, 6),
    teachers: [teacher(2, 2)],
    grade: null,
    period: null,
    term_id: null,
  }),
  ({ students, teacher, missing }) => ({
    at: 3,
    name: 'Class of a lost term',
    plain: 'Yearbook',
    students: students(3, 16),
    teachers: [teacher(3, 5)],
    term_id: missing('student', 3),
  }),
  ({ students, teacher }) => ({
    at: 3,
    name: 'Chess Club',
    students: students(3, 14),
    teachers: [teacher(3, 6)],
  }),
  ({ students, teacher }) => ({
    at: 3,
    name: 'Robotics',
    students: students(3, 22),
    teachers: [teacher(3, 7)],
  }),
  ({ students, teacher }) => ({
    at: 2,
    name: 'Student Council',
    students: students(2, 17),
    teachers: [teacher(2, 3), teacher(2, 4)],
  }),
  ({ students, teacher }) => ({
    at: 0,
    name: 'Школа танца · 舞蹈 · رقص',
    plain: 'Dance Club',
    students: students(0, 19),
    teachers: [teacher(0, 3), teacher(1, 3)],
  }),
];
export const SPECIAL_SECTIONS = SPECIALS.length;

/** The special section at a place; null for an unused place. */
export function generateSpecialSection(world: World, place: number): CleverSection | null {
  const { at, plain, ...special } = SPECIALS[place]?.(castOf(world)) ?? { at: -1 };
  if (at < 0) return null;
  const index = world.plan.timetabled + place;
  const primary = special.teachers?.[0];
  return {
    id: world.ids.idOf('section', index),
    district: world.districtId,
    school: world.ids.idOf('school', at),
    sis_id: String(500_000 + index),
    subject: 'other',
    term_id: world.ids.idOf('term', TERMS.year),
    created: world.baseTime,
    last_modified: world.baseTime,
    ...(primary === undefined ? {} : { teacher: primary }),
    ...special,
    ...(world.plainNames && plain !== undefined ? { name: plain } : {}),
  };
}

function castOf({ plan, ids }: World): Cast {
  function school(place: number): SchoolPlan {
    const found = plan.schools[place];
    if (!found) throw new RangeError('a block has four schools');
    return found;
  }
  return {
    students(place, count) {
      const { firstStudent, students } = school(place);
      const wanted = Math.min(count, students);
      return Array.from({ length: wanted }, (_, member) =>
        ids.idOf('student', firstStudent + Math.floor((member * students) / wanted)),
      );
    },
    teacher(place, nth) {
      const { firstTeacher, teachers } = school(place);
      return ids.idOf('teacher', firstTeacher + (nth % teachers));
    },
    // Beyond any district that can be made here, so the ids belong to nobody.
    missing: (kind, nth) => ids.idOf(kind, 0xffff0000 + nth),
  };
}
