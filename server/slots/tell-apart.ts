import { groupBy } from '../web/lists.js';
import type { Choice, Teacher } from './load-teachers.js';

/**
 * What tells apart teachers with the same name, by their ids: their schools, or else their email addresses. Empty for names that only one
 * teacher has.
 * @param schools schools of some of the teachers
 */
export function tellApart(teachers: readonly Teacher[], schools: readonly Choice[]): Map<string, string> {
  const byName = groupBy([...teachers], ({ searchKey }) => searchKey);
  const shared = [...byName.values()].filter((list) => list.length > 1).flat();
  return new Map(
    shared.map((teacher) => {
      const at = schools.filter(({ value }) => teacher.schools.has(value)).map(({ label }) => label);
      const words = [...(schools.length > 1 ? at : []), teacher.email].filter((word) => word !== '');
      return [teacher._id.toHexString(), words.join(' · ')];
    }),
  );
}
