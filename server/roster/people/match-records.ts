import { Contact, type RosterPerson } from '../../models/contact.js';
import { noteDuplicates } from './note-duplicates.js';
import { planPairs } from './plan-pairs.js';
import type { ApplyOptions } from './apply-records.js';
import type { RefreshContext } from '../run/context.js';
import type { Matches } from './decide-matches.js';
import { tellsAll } from '../../sources/download/download-district.js';
import { addFormerTies } from './add-former-ties.js';
import { addDoubt } from '../mirror/list-doubts.js';
import type { PeopleList } from '../../sources/records/lists.js';
import { matchPeople } from './match-people.js';

/**
 * Matches new records of people, batch by batch, with existing contacts: entered by hand, from another source, or under an id that the
 * source no longer lists. If it is not certain, a new contact is added, and a person decides.
 */
export function matcherFor(
  context: RefreshContext,
  list: PeopleList,
): Pick<ApplyOptions<RosterPerson>, 'noneKnown' | 'match' | 'isCurrent' | 'remark' | 'onAdded'> {
  const { account, run, mapping, matched } = context;
  const doubts = new Map<string, Matches['doubtful'][number]>();
  const isCurrent = currentIn(context, list);
  return {
    noneKnown: context.isFirst && !run.again,
    isCurrent,
    async match(unknown) {
      if (context.isFirst) return new Map();
      const turn = context.matching.then(async () => {
        const records = await addFormerTies(run, unknown);
        const found = await matchPeople(account._id, records, mapping, isCurrent, matched);
        for (const contact of found.matched.values()) matched.add(contact.toHexString());
        for (const doubt of found.doubtful) doubts.set(doubt.id, doubt);
        await keepDoubted(context, found.doubtful);
        return found.matched;
      });
      context.matching = turn.catch(() => undefined);
      return turn;
    },
    remark(id) {
      const doubt = doubts.get(id);
      return doubt && { code: 'may be known', reason: doubt.reason };
    },
    async onAdded(added) {
      const rows = added.flatMap(({ id, target }) => {
        const doubt = doubts.get(id);
        if (!doubt) return [];
        const { candidates, reason, recycled } = doubt;
        return candidates.map((candidate) => ({
          contact: target,
          candidate,
          reason,
          ...(recycled ? { recycled } : {}),
        }));
      });
      context.doubts.unsure += rows.filter((row) => !row.recycled).length;
      if (run.preview) await planPairs(run, rows);
      const noted = run.preview ? rows.length : await noteDuplicates(account._id, rows, run.now());
      if (noted > 0) run.count('duplicate', 'added', noted);
    },
  };
}

/** The contact whose number seems to belong to somebody else stays as it is until a person has decided. */
async function keepDoubted(
  { account, matched, doubts }: RefreshContext,
  doubtful: Matches['doubtful'],
): Promise<void> {
  const ids = doubtful.flatMap(({ recycled, candidates }) => (recycled ? candidates : []));
  if (ids.length === 0) return;
  for (const older of await Contact.find({ account: account._id, _id: { $in: ids } }, { record: 1 }).lean())
    addDoubt(doubts, older);
  for (const id of ids) matched.add(id.toHexString());
}

/** Whether the source still lists a record id. Only a complete list can say that it does not, or a list of people who left. */
export function currentIn(context: RefreshContext, list: PeopleList): (id: string) => boolean {
  const { download, people, gone, unmentioned } = context;
  if (unmentioned) return (id) => people.has(id);
  if (gone) return (id) => gone[list]?.has(id) !== true;
  return tellsAll(download[list]) ? (id) => people.has(id) : () => true;
}
