import type { Account } from '../../models/account.js';
import { Contact, type Relation, type RosterPerson } from '../../models/contact.js';
import { sortTies, type PersonMapped } from '../../sources/records/map-clever-person.js';
import { rosterRecord, type RosterRecord } from '../../sources/records/roster-record.js';
import type { RefreshContext } from '../run/context.js';
import type { Ids } from '../../runs/changes/id-set.js';
import type { KnownRecord } from './diff-records.js';

/**
 * Keeps people's ties to students who stay although the source no longer has them: the source lost the ties with the student, and nothing
 * of that is believed before somebody has looked. A person whose children cannot be read keeps all ties.
 * @param meant record ids of people whose lost ties are believed
 */
export async function keepStudentTies(
  { account, staying }: Pick<RefreshContext, 'staying'> & { account: Pick<Account, '_id'> },
  people: readonly PersonMapped[],
  meant: ReadonlySet<string>,
): Promise<readonly PersonMapped[]> {
  const isAsked = (person: PersonMapped) => person.unsure === true || staying?.size;
  const ids = people.flatMap((person) =>
    person.ok && isAsked(person) && !meant.has(person.record.id) ? [person.record.id] : [],
  );
  if (ids.length === 0) return people;
  const stored = await Contact.find(
    { account: account._id, 'record.id': { $in: ids }, 'relations.0': { $exists: true } },
    { 'record.id': 1, relations: 1 },
  ).lean<Pick<Contact, 'record' | 'relations'>[]>();
  const before = new Map(stored.map(({ record, relations }) => [record?.id, relations]));
  return people.map((person) =>
    person.ok
      ? {
          ...person,
          record: withStaying(
            person.record,
            before.get(person.record.id),
            person.unsure ? EVERYBODY : (staying ?? NOBODY),
          ),
        }
      : person,
  );
}

/** Does the same for people who come under another id and so were not found by it. */
export async function keepMatchedTies(
  { staying }: Pick<RefreshContext, 'staying'>,
  records: readonly RosterRecord<RosterPerson>[],
  known: ReadonlyMap<string, KnownRecord>,
): Promise<readonly RosterRecord<RosterPerson>[]> {
  const matched = records.flatMap(({ id }) => {
    const found = known.get(id);
    return found?.by === 'matched' ? [found._id] : [];
  });
  if (!staying?.size || matched.length === 0) return records;
  const stored = await Contact.find({ _id: { $in: matched } }, { relations: 1 }).lean();
  const before = new Map(stored.map(({ _id, relations }) => [_id.toHexString(), relations]));
  return records.map((record) =>
    withStaying(record, before.get(known.get(record.id)?._id.toHexString() ?? ''), staying),
  );
}

const EVERYBODY = { has: () => true };
const NOBODY = { has: () => false };

function withStaying(
  record: RosterRecord<RosterPerson>,
  before: readonly Relation[] = [],
  staying: Pick<Ids, 'has'>,
): RosterRecord<RosterPerson> {
  const { id, fields } = record;
  const listed = new Set(fields.relations.map(({ student }) => student));
  const kept = before.filter(({ student }) => staying.has(student) && !listed.has(student));
  if (kept.length === 0) return record;
  const ties = kept.map(({ student, relationship, type }) => ({ student, relationship, type }));
  return rosterRecord(id, { ...fields, relations: sortTies([...fields.relations, ...ties]) });
}
