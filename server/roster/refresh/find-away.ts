import type { CleverUser } from '../../clever/schema.js';
import { mapCleverPerson } from '../sources/map-clever-person.js';
import type { RefreshContext } from './context.js';
import { IdSet } from './id-set.js';
import { PEOPLE_LISTS } from './lists.js';

/** Ids of people whom the source lists in other schools than the account's alone, or in no role that is synced: they are not here. */
export async function findAway({ read, kinds, schools, mapping }: RefreshContext): Promise<IdSet> {
  const away = new IdSet();
  for (const list of PEOPLE_LISTS)
    for await (const batch of read<CleverUser>(list))
      for (const user of batch) {
        const person = mapCleverPerson(user, kinds, schools, mapping);
        const isElsewhere =
          !person.ok || (person.named.length > 0 && person.record.fields.schools.length === 0);
        if (isElsewhere) away.add(user.id);
      }
  return away;
}
