import type { CleverUser } from '../../clever/schema.js';
import { mapCleverPerson } from '../../sources/records/map-clever-person.js';
import type { RefreshContext } from '../run/context.js';
import { IdSet } from '../../runs/changes/id-set.js';
import { PEOPLE_LISTS } from '../../sources/records/lists.js';

/** Ids of the people whom a delivery lists. */
export interface Places {
  /** In the account's schools, or in none. */
  here: Pick<IdSet, 'has'>;
  /** In other schools than the account's alone, or in no role that is synced. */
  away: Pick<IdSet, 'has'>;
}

/** Finds who of the students, teachers and staff that a delivery lists would be here and who would not. */
export async function findPlaces({ read, kinds, schools, mapping }: RefreshContext): Promise<Places> {
  const [here, away] = [new IdSet(), new IdSet()];
  for (const list of PEOPLE_LISTS)
    for await (const batch of read<CleverUser>(list))
      for (const user of batch) {
        const person = mapCleverPerson(user, kinds, schools, mapping);
        if (person.ok && person.spoilt?.includes('schools')) continue;
        const isElsewhere =
          !person.ok || (person.named.length > 0 && person.record.fields.schools.length === 0);
        if (isElsewhere) away.add(user.id);
        else if (person.record.fields.type !== 'guardian') here.add(user.id);
      }
  return { here, away };
}
