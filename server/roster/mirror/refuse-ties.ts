import { Contact, type Relation, type RosterPerson } from '../../models/contact.js';
import { undecidedId } from '../people/finish-decision.js';
import { rosterRecord, type RosterRecord } from '../../sources/records/roster-record.js';
import type { RefreshContext } from '../run/context.js';
import type { KnownRecord } from '../people/diff-records.js';

/**
 * Prevents ties to a student whose identity is in doubt. The family of the former holder of the id stays tied to that contact; anybody
 * else's tie is stored under an id that names nobody. Nor is a former holder's family tied to the person who now has the id.
 * @param known the stored contacts of these records, by record id
 */
export async function refuseTies(
  { account, doubts }: Pick<RefreshContext, 'account' | 'doubts'>,
  records: readonly RosterRecord<RosterPerson>[],
  known: ReadonlyMap<string, KnownRecord>,
): Promise<readonly RosterRecord<RosterPerson>[]> {
  const { byId, notTied } = doubts;
  if (byId.size + notTied.size === 0) return records;
  const contactOf = (id: string) => known.get(id)?._id.toHexString() ?? '';
  const asked = records.filter(({ fields }) => fields.relations.some(({ student }) => byId.has(student)));
  const ids = asked.flatMap(({ id }) => known.get(id)?._id ?? []);
  const stored =
    ids.length > 0
      ? await Contact.find({ account: account._id, _id: { $in: ids } }, { relations: 1 }).lean()
      : [];
  const before = new Map(
    stored.map(({ _id, relations }) => [_id.toHexString(), new Set(relations.map(({ student }) => student))]),
  );
  return records.map((record) => {
    const contact = contactOf(record.id);
    const never = notTied.get(contact);
    const tied = before.get(contact);
    const { relations } = record.fields;
    const isNever = ({ student }: Relation) => never?.has(student) === true;
    const inDoubt = ({ student }: Relation) => byId.has(student) && !tied?.has(student);
    if (!relations.some((tie) => isNever(tie) || inDoubt(tie))) return record;
    const told = relations
      .filter((tie) => !isNever(tie))
      .map((tie) => (inDoubt(tie) ? { ...tie, student: undecidedId(tie.student) } : tie));
    return rosterRecord(record.id, { ...record.fields, relations: told });
  });
}
