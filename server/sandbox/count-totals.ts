import type { District } from './district.js';
import { USER_KINDS, type Kind } from './identify.js';
import type { CleverRole } from '../clever/schema.js';

/** The district's present content, as a client that reads everything would count it. A user with two roles counts in both. */
export interface DistrictTotals {
  schools: number;
  terms: number;
  courses: number;
  sections: number;
  users: number;
  roles: Record<CleverRole, number>;
  /** Students in sections; `dangling` counts those whose student cannot be read. */
  enrolments: number;
  dangling: number;
  /** By the section's term id; '' for sections that name none. */
  byTerm: Record<string, { sections: number; enrolments: number }>;
}

/** Reads the whole district: 7 s for 200,000 students, in flat memory. */
export function countTotals(district: District): DistrictTotals {
  const totals: DistrictTotals = {
    schools: countOf(district, 'school'),
    terms: countOf(district, 'term'),
    courses: countOf(district, 'course'),
    sections: 0,
    users: 0,
    roles: { student: 0, teacher: 0, staff: 0, district_admin: 0, contact: 0 },
    enrolments: 0,
    dangling: 0,
    byTerm: {},
  };
  for (let index = 0; index < district.count('section'); index += 1) {
    const section = district.at('section', index);
    if (!section) continue;
    const students = section.students ?? [];
    const term = (totals.byTerm[section.term_id ?? ''] ??= { sections: 0, enrolments: 0 });
    term.sections += 1;
    term.enrolments += students.length;
    totals.sections += 1;
    totals.enrolments += students.length;
    totals.dangling += students.filter((id) => !isStudent(district, id)).length;
  }
  for (const kind of USER_KINDS) {
    for (let index = 0; index < district.count(kind); index += 1) {
      const user = district.at(kind, index);
      if (!user) continue;
      totals.users += 1;
      for (const role of USER_KINDS) if (user.roles?.[role]) totals.roles[role] += 1;
    }
  }
  return totals;
}

function countOf(district: District, kind: Kind): number {
  let count = 0;
  for (let index = 0; index < district.count(kind); index += 1) if (district.at(kind, index)) count += 1;
  return count;
}

/** Decided by place alone: making each student again for every class would take ten times as long. */
function isStudent(district: District, id: string): boolean {
  const identity = district.world.ids.parse(id);
  return (
    identity?.kind === 'student' && identity.index < district.count('student') && !district.removed.has(id)
  );
}
