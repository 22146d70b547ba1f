import { IDENTIFIERS, type FieldMapping, type Identifier } from '../../models/field-mapping.js';
import type { Contact, ContactType, RosterPerson } from '../../models/contact.js';
import type { AlikeReason } from '../../models/duplicate.js';
import { searchKey } from '../../models/search-key.js';
import { isSomebodyElse } from './compare-identity.js';
import { differ, digits, plain, same, sameEmail, sameName, shareStudent } from './compare-people.js';

/** A contact that a new record might be: one without a record at the source. */
export type Candidate = Pick<
  Contact,
  | '_id'
  | 'type'
  | 'firstName'
  | 'middleName'
  | 'lastName'
  | 'email'
  | 'username'
  | 'phone'
  | 'birthDate'
  | 'securityValue'
  | 'relations'
  | 'identifiers'
> & {
  /** The lower-case addresses of this person's logins, and whether each is proven. */
  logins: readonly { email: string; proven: boolean }[];
};

/** A rule's verdict on a record and a contact. `other`: the number seems to be somebody else's. Undefined: the rule does not apply. */
type Verdict = 'same' | 'unsure' | 'other' | undefined;
export interface Rule {
  reason: (person: RosterPerson, mapping: FieldMapping) => AlikeReason;
  compare: (person: RosterPerson, candidate: Candidate, mapping: FieldMapping) => Verdict;
}

/** The strongest rule first. */
export const RULES: Rule[] = [
  ...IDENTIFIERS.map(numberRule),
  {
    reason: () => ({ code: 'email' }),
    compare: (person, candidate, mapping) => {
      if (!sameEmail(person, candidate) || !same(searchKey, person.lastName, candidate.lastName))
        return undefined;
      if (contradict(person, candidate, mapping)) return 'unsure';
      return isElses(person, candidate) && !isClose(person, candidate) ? 'unsure' : 'same';
    },
  },
  {
    reason: () => ({ code: 'family' }),
    compare: (person, candidate) => {
      if (person.type !== 'guardian' || !shareStudent(person, candidate)) return undefined;
      if (sameName(person, candidate) || same(digits, person.phone, candidate.phone)) return 'same';
      if (!sameEmail(person, candidate)) return undefined;
      return isElses(person, candidate) ? 'unsure' : 'same';
    },
  },
];

function numberRule(identifier: Identifier): Rule {
  const fieldOf = (type: ContactType, mapping: FieldMapping) =>
    type === 'guardian' ? '' : mapping[type][identifier];
  return {
    reason: ({ type }, mapping) => ({ code: 'number', field: fieldOf(type, mapping) }),
    compare: (person, candidate, mapping) => {
      const mine = person.identifiers?.[identifier];
      if (fieldOf(person.type, mapping) === '' || !same(plain, mine, candidate.identifiers?.[identifier]))
        return undefined;
      return isSomebodyElse(candidate, person) ? 'other' : 'same';
    },
  };
}

/**
 * Whether both are a guardian of the same name with a student in common; other guardians of a family share the address and telephone, but
 * not the name.
 */
export function isClose(person: RosterPerson, candidate: Candidate): boolean {
  return person.type === 'guardian' && sameName(person, candidate) && shareStudent(person, candidate);
}

/** Whether a mapped number or a birth date that both have differs, as with brothers and sisters who share a family's address. */
export function contradict(person: RosterPerson, candidate: Candidate, mapping: FieldMapping): boolean {
  const { type } = person;
  const numbers =
    type === 'guardian' ? [] : IDENTIFIERS.filter((identifier) => mapping[type][identifier] !== '');
  return (
    numbers.some((number) => differ(person.identifiers?.[number], candidate.identifiers?.[number])) ||
    differ(person.birthDate, candidate.birthDate)
  );
}

/** Whether the contact's login has another address than the record: an address alone must not hand a login to somebody else. */
function isElses({ email }: RosterPerson, { logins }: Candidate): boolean {
  return logins.some((login) => !login.proven || login.email !== plain(email));
}
