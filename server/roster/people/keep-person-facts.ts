import type { Types } from 'mongoose';
import { Contact } from '../../models/contact.js';
import { sameValue } from '../../runs/changes/change.js';
import type { PersonMapped } from '../../sources/records/map-clever-person.js';
import { rosterRecord } from '../../sources/records/roster-record.js';
import { nameKeys } from './compare-people.js';

/**
 * People who keep stored facts where the source's cannot be read: an unreadable fact never replaces a good one. A birth date and an
 * email address are kept only with the same name, as they identify a person.
 * @returns the people, and the record ids of those who keep something
 */
export async function keepPersonFacts(
  account: Types.ObjectId,
  people: readonly PersonMapped[],
): Promise<{ people: readonly PersonMapped[]; kept: string[] }> {
  const ids = people.flatMap((person) => (person.ok && person.spoilt ? [person.record.id] : []));
  if (ids.length === 0) return { people, kept: [] };
  const found = await Contact.find(
    { account, 'record.id': { $in: ids }, status: 'active' },
    { record: 1, firstName: 1, lastName: 1, schools: 1, grade: 1, birthDate: 1, email: 1 },
  ).lean();
  const stored = new Map(found.map((contact) => [contact.record?.id, contact]));
  const kept: string[] = [];
  const told = people.map((person): PersonMapped => {
    const before = person.ok && person.spoilt ? stored.get(person.record.id) : undefined;
    if (!before || !person.ok) return person;
    const { id, fields } = person.record;
    const known = nameKeys(before);
    const isNamed = nameKeys(fields).some((key) => known.includes(key));
    const keeps = (person.spoilt ?? []).filter(
      (fact) => (isNamed || (fact !== 'birthDate' && fact !== 'email')) && !sameValue(before[fact], fields[fact]),
    );
    if (keeps.length === 0) return person;
    kept.push(id);
    const facts = Object.fromEntries(keeps.map((fact) => [fact, before[fact]]));
    return { ...person, record: rosterRecord(id, { ...fields, ...facts }) };
  });
  return { people: told, kept };
}
