import type { CleverSchool } from '../../clever/schema.js';
import { School } from '../../models/school.js';
import { mapCleverAddress } from '../../sources/records/map-clever-address.js';
import type { RefreshContext } from '../run/context.js';

/**
 * Notes where the source says that the account's schools are. It is no part of the roster: no guard looks at it, and an undo leaves it. A
 * source that says nothing of a school leaves what is known; what the office entered is kept apart and comes first.
 */
export async function keepAddresses({ account, run, read, schools, source }: RefreshContext): Promise<void> {
  if (run.preview) return;
  const found = new Map<string, { id: string; address: string }>();
  for await (const batch of read<CleverSchool>('schools'))
    for (const theirs of batch) {
      const address = mapCleverAddress(theirs);
      const ours = schools.get(theirs.id);
      if (ours && address) found.set(ours.toHexString(), { id: theirs.id, address });
    }
  const known = await School.find(
    { account: account._id, _id: { $in: [...found.keys()] } },
    { synced: 1 },
  ).lean();
  const writes = known.flatMap(({ _id, synced }) => {
    const { id, address } = found.get(_id.toHexString()) ?? {};
    if (!address || (address === synced?.address && source === synced.from)) return [];
    // A match that somebody ends meanwhile brings no address any more.
    const filter = { _id, account: account._id, [`${source}.id`]: id };
    return [{ updateOne: { filter, update: { $set: { synced: { address, from: source } } } } }];
  });
  if (writes.length > 0) await School.bulkWrite(writes, { ordered: false });
}
