import { groupBy } from '../web/lists.js';
import type { Choice, Teacher } from './load-teachers.js';

/**
 * What tells teachers of one name apart, by their ids: the schools they are at, else their email address. Only of names that several have.
 * @param schools those at which some of them are
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
