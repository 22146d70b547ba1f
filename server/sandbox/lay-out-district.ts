import { SUBJECTS, type Level } from './subjects.js';

/** One grade of one school. Its students are in `groups` parallel classes for each subject. */
export interface GradePlan {
  school: SchoolPlan;
  /** Its place among the school's grades. */
  place: number;
  grade: string;
  firstStudent: number;
  students: number;
  groups: number;
  /** The number of groups in the school's lower grades. */
  groupsBefore: number;
  firstSection: number;
}

export interface SchoolPlan {
  index: number;
  /** The school's block: four schools (two elementary, a middle, a high school) whose families belong together. */
  block: number;
  level: Level;
  firstStudent: number;
  students: number;
  firstSection: number;
  sections: number;
  firstTeacher: number;
  teachers: number;
  groups: number;
  grades: GradePlan[];
}

export interface DistrictPlan {
  students: number;
  teachers: number;
  /** Number of sections in the timetable; the special ones follow them. */
  timetabled: number;
  schools: SchoolPlan[];
}

const BLOCK = 1800;
const GRADES: Record<Level, readonly string[]> = {
  elementary: ['Kindergarten', '1', '2', '3', '4', '5'],
  middle: ['6', '7', '8'],
  high: ['9', '10', '11', '12'],
};

/**
 * Lays out which student is where, for any number of students: a few numbers for each grade, from which every record is made on request.
 * 1,800 students give 4 schools, 120 teachers and 429 sections in the timetable.
 */
export function layOutDistrict(students: number): DistrictPlan {
  const plan: DistrictPlan = { students, teachers: 0, timetabled: 0, schools: [] };
  const blocks = Math.max(1, Math.round(students / BLOCK));
  let firstStudent = 0;
  for (let block = 0; block < blocks; block += 1) {
    const size = Math.floor(((block + 1) * students) / blocks) - Math.floor((block * students) / blocks);
    const elementary = Math.round(size * 0.25);
    const middle = Math.round(size * 0.22);
    const shares: [Level, number][] = [
      ['elementary', elementary],
      ['elementary', elementary],
      ['middle', middle],
      ['high', size - 2 * elementary - middle],
    ];
    for (const [level, count] of shares) {
      addSchool(plan, block, level, firstStudent, count);
      firstStudent += count;
    }
  }
  return plan;
}

function addSchool(
  plan: DistrictPlan,
  block: number,
  level: Level,
  firstStudent: number,
  students: number,
): void {
  const school: SchoolPlan = {
    index: plan.schools.length,
    block,
    level,
    firstStudent,
    students,
    firstSection: plan.timetabled,
    sections: 0,
    firstTeacher: plan.teachers,
    teachers: 0,
    groups: 0,
    grades: [],
  };
  const grades = GRADES[level];
  grades.forEach((grade, place) => {
    const from = Math.floor((place * students) / grades.length);
    const count = Math.floor(((place + 1) * students) / grades.length) - from;
    const groups = count === 0 ? 0 : Math.max(1, Math.round(count / 25));
    const firstSection = school.firstSection + school.sections;
    const groupsBefore = school.groups;
    school.grades.push({
      school,
      place,
      grade,
      firstStudent: firstStudent + from,
      students: count,
      groups,
      groupsBefore,
      firstSection,
    });
    school.groups += groups;
    school.sections += groups * SUBJECTS[level].length;
  });
  school.teachers = teachersNeeded(school);
  plan.schools.push(school);
  plan.teachers += school.teachers;
  plan.timetabled += school.sections;
}

/**
 * Elementary schools: one teacher for each homeroom, three for art, music and sports, and three co-teachers. Other schools: one for about
 * four sections.
 */
function teachersNeeded(school: SchoolPlan): number {
  if (school.level === 'elementary') return school.groups + 6;
  return Math.max(1, Math.round(school.sections / (school.level === 'middle' ? 3.75 : 4.09)));
}

/** The school of the index-th student, section or teacher. */
export function schoolAt(
  plan: DistrictPlan,
  first: 'firstStudent' | 'firstSection' | 'firstTeacher',
  index: number,
): SchoolPlan {
  return lastBefore(plan.schools, (school) => school[first] <= index);
}

/** The grade of a school's student or section. */
export function gradeAt(
  school: SchoolPlan,
  first: 'firstStudent' | 'firstSection',
  index: number,
): GradePlan {
  return lastBefore(school.grades, (grade) => grade[first] <= index);
}

/**
 * Binary search for the last item that satisfies `isBefore`, which must hold for the beginning of the list. Empty schools share a start
 * with the next one: the last one counts.
 */
function lastBefore<T>(list: readonly T[], isBefore: (item: T) => boolean): T {
  let low = 0;
  let high = list.length - 1;
  while (low < high) {
    const middle = Math.ceil((low + high) / 2);
    const item = list[middle];
    if (item !== undefined && isBefore(item)) low = middle;
    else high = middle - 1;
  }
  const found = list[low];
  if (found === undefined) throw new RangeError('an empty district');
  return found;
}
