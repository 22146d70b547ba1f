import type { CleverUser } from '../../clever/schema.js';
import { mapCleverPerson } from '../../sources/records/map-clever-person.js';
import type { RefreshContext } from '../run/context.js';
import { IdSet } from '../../runs/changes/id-set.js';
import { PEOPLE_LISTS } from '../../sources/records/lists.js';

/** Where the people of a delivery belong, by id. */
export interface Places {
  /** In one of the account's schools, or in no school at all. */
  here: Pick<IdSet, 'has'>;
  /** Only in schools that are not the account's, or in no role that is synced. */
  away: Pick<IdSet, 'has'>;
}

/** Finds which of the students, teachers and staff that a delivery lists belong here and which do not. */
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
