import type { RosterSection } from '../../models/section.js';
import type { IsHere, Role, Ties } from '../../runs/changes/compare-ties.js';

export function tiesOf({ studentIds, teacherIds }: Pick<RosterSection, 'studentIds' | 'teacherIds'>): Ties {
  return { students: studentIds, teachers: teacherIds };
}

/**
 * A section as the source has it, with the people who stay in it although the source lacks them there.
 * @param before its teachers so far
 */
export function withMembers(
  told: RosterSection,
  before: readonly string[],
  staying: Record<Role, readonly string[]>,
  isKnown: IsHere,
): RosterSection {
  return {
    ...told,
    teacherIds: withTeachers(told.teacherIds, before, staying.teachers, isKnown),
    studentIds: [...told.studentIds, ...staying.students].sort(),
  };
}

/** The primary teacher first, the others in the source's order. An unknown teacher does not displace a known one. */
function withTeachers(
  told: string[],
  before: readonly string[],
  kept: readonly string[],
  isKnown: IsHere,
): string[] {
  if (kept.length === 0) return told;
  const stay = before.filter((id) => kept.includes(id));
  const isTold = told[0] !== undefined && isKnown('teachers', told[0]);
  const [primary, ...others] = isTold ? [...told, ...stay] : [...stay, ...told];
  return primary === undefined ? [] : [primary, ...others.sort()];
}
