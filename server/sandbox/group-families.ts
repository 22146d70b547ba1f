import type { DistrictPlan, SchoolPlan } from './lay-out-district.js';
import { schoolAt } from './lay-out-district.js';

/** Contacts are numbered by family: four places each, the last reserved for a contact whose id changes. */
export const CONTACTS_PER_FAMILY = 4;

/**
 * Finds a student's family by places alone; the eldest child is found by the youngest. Every third child of a block's first elementary
 * school has a sibling in the middle school, every fourth of the second one in the high school, and some have a twin. @returns the student
 * (index) whose number is the family's
 */
export function familyOf(plan: DistrictPlan, student: number): number {
  if (student >= plan.students) return student;
  const school = schoolAt(plan, 'firstStudent', student);
  const local = student - school.firstStudent;
  const [first, second] = schoolsOfBlock(plan, school);
  if (school === first) return isSecondTwin(local) ? student - 1 : student;
  if (school.level === 'middle' && 3 * local < first.students) return first.firstStudent + 3 * local;
  if (school.level === 'high' && 4 * local + 1 < second.students) return second.firstStudent + 4 * local + 1;
  return student;
}

/** The children (student indexes, ascending) of the family with the number `family`; empty if there is no such family. */
export function childrenOf(plan: DistrictPlan, family: number): number[] {
  if (family >= plan.students) return [family];
  if (familyOf(plan, family) !== family) return [];
  const school = schoolAt(plan, 'firstStudent', family);
  const local = family - school.firstStudent;
  const [first, second, middle, high] = schoolsOfBlock(plan, school);
  const children = [family];
  if (school === first) {
    if (isSecondTwin(local + 1) && local + 1 < first.students) children.push(family + 1);
    if (local % 3 === 0 && local / 3 < middle.students) children.push(middle.firstStudent + local / 3);
  }
  if (school === second && local % 4 === 1 && (local - 1) / 4 < high.students) {
    children.push(high.firstStudent + (local - 1) / 4);
  }
  return children;
}

function isSecondTwin(local: number): boolean {
  return local % 30 === 10;
}

/** The four schools of a block: two elementary, middle, high. */
export function schoolsOfBlock(
  plan: DistrictPlan,
  school: SchoolPlan,
): [SchoolPlan, SchoolPlan, SchoolPlan, SchoolPlan] {
  const [a, b, c, d] = plan.schools.slice(school.block * 4, school.block * 4 + 4);
  if (!a || !b || !c || !d) throw new RangeError('a block has four schools');
  return [a, b, c, d];
}
