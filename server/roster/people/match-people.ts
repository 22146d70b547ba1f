import type { QueryFilter, Types } from 'mongoose';
import { IDENTIFIERS, type FieldMapping } from '../../models/field-mapping.js';
import { Contact, recordIds, type RosterPerson } from '../../models/contact.js';
import { Duplicate } from '../../models/duplicate.js';
import { User } from '../../models/user.js';
import type { RosterRecord } from '../../sources/records/roster-record.js';
import { nameKeys } from './compare-people.js';
import { decideMatches, type Matches } from './decide-matches.js';
import type { Candidate } from './match-rules.js';

const FIELDS = {
  type: 1,
  status: 1,
  firstName: 1,
  middleName: 1,
  lastName: 1,
  email: 1,
  username: 1,
  phone: 1,
  birthDate: 1,
  securityValue: 1,
  relations: 1,
  identifiers: 1,
  record: 1,
} as const;

/**
 * Finds the contacts that new records stand for: entered by hand, from another source, or listed under an id that the source no longer has.
 * Takes a handful of queries for a batch of 1,000.
 * @param records records whose id no contact has
 * @param isCurrent whether the source still lists a record id; always true if a list is incomplete, so that only contacts without a record
 * id match
 * @param taken contacts (hex ids) that earlier records matched, where that is not written yet (a preview)
 */
export async function matchPeople(
  account: Types.ObjectId,
  records: readonly RosterRecord<RosterPerson>[],
  mapping: FieldMapping,
  isCurrent: (recordId: string) => boolean,
  taken: ReadonlySet<string> = new Set(),
): Promise<Matches> {
  const found = await findCandidates(account, records, mapping);
  const free = new Map(
    found
      .filter((contact) => !taken.has(contact._id.toHexString()) && !recordIds(contact).some(isCurrent))
      .map((contact) => [contact._id.toHexString(), contact]),
  );
  const ids = [...free.values()].map(({ _id }) => _id);
  if (ids.length === 0) return { matched: new Map(), doubtful: [] };
  const logins = await loginsOf(ids);
  const candidates = [...free].map(([key, contact]) => ({ ...contact, logins: logins.get(key) ?? [] }));
  const separate = await separatePairs(account, records);
  return decideMatches(records, {
    candidates,
    mapping,
    areSeparate: (record, contact) => separate.has(`${record} ${contact.toHexString()}`),
  });
}

/** Contacts that records may be, including current ones; some appear more than once. */
export async function findCandidates(
  account: Types.ObjectId,
  records: readonly RosterRecord<RosterPerson>[],
  mapping: FieldMapping,
) {
  const people = records.map(({ fields }) => fields);
  const found = await Promise.all(
    waysToFind(people, mapping).map((way) =>
      Contact.find({ account, ...way, merging: { $exists: false } }, FIELDS).lean(),
    ),
  );
  return found.flat();
}

/** One filter for each index that can find a candidate. */
function waysToFind(people: readonly RosterPerson[], mapping: FieldMapping): QueryFilter<Contact>[] {
  const types = [...new Set(people.map(({ type }) => type))];
  const every = (values: (string | undefined)[]) => [
    ...new Set(values.map((value) => value?.trim() ?? '').filter((value) => value !== '')),
  ];
  const numbers = IDENTIFIERS.filter((identifier) =>
    Object.values(mapping).some((mapped) => mapped[identifier] !== ''),
  ).map((identifier) => ({
    key: `identifiers.${identifier}`,
    values: every(people.map(({ identifiers }) => identifiers?.[identifier])),
  }));
  const ties = people.flatMap(({ type, relations }) => (type === 'guardian' ? relations : []));
  const ways = [
    ...numbers,
    { key: 'email', values: every(people.map(({ email }) => email)).filter((text) => text.includes('@')) },
    { key: 'sortKey', values: every(people.flatMap(nameKeys)) },
    { key: 'relations.student', values: every(ties.map(({ student }) => student)) },
  ];
  return ways
    .filter(({ values }) => values.length > 0)
    .map(({ key, values }) => ({ type: { $in: types }, [key]: { $in: values, $gt: '' } }));
}

async function loginsOf(contacts: readonly Types.ObjectId[]): Promise<Map<string, Candidate['logins']>> {
  const users = await User.find(
    { 'grants.contact': { $in: contacts, $exists: true } },
    { email: 1, emailProvenAt: 1, grants: 1 },
  ).lean();
  const logins = new Map<string, { email: string; proven: boolean }[]>();
  for (const { email, emailProvenAt, grants } of users)
    for (const { contact } of grants) {
      if (!contact) continue;
      const key = contact.toHexString();
      logins.set(key, [...(logins.get(key) ?? []), { email, proven: emailProvenAt !== undefined }]);
    }
  return logins;
}

/** "<record id> <contact's id>" of pairs that a person decided to keep apart, whichever of the two had the record then. */
async function separatePairs(
  account: Types.ObjectId,
  records: readonly RosterRecord<RosterPerson>[],
): Promise<Set<string>> {
  const pairs = await Duplicate.find(
    { account, 'records.id': { $in: records.map(({ id }) => id), $exists: true }, state: 'separate' },
    { contact: 1, candidate: 1, records: 1 },
  ).lean();
  return new Set(
    pairs.flatMap(({ contact, candidate, records: held }) =>
      held.map((record) => {
        const other = record.contact.equals(contact) ? candidate : contact;
        return `${record.id} ${other.toHexString()}`;
      }),
    ),
  );
}
