import { searchKey } from './scoped.js';
import { numberKey } from './security-value.js';

/** What a roster should tell of a person and may not, by the letter that `lacks` has for it. Number and birth date are of students alone. */
export const MISSING = { email: 'e', number: 'n', birthDate: 'b' } as const;
export type Missing = keyof typeof MISSING;

/** What keys are made of. */
interface Keyed {
  type: string;
  firstName: string;
  lastName: string;
  email: string;
  schoolId: string;
  birthDate: string;
}

/** What is stored with a person and made of the rest. */
export interface PersonKeys {
  searchKey: string;
  sortKey: string;
  /** Of `schoolId`: what a student is looked up by. */
  numberKey: string;
  /** What is not known of them, a letter each (`MISSING`), in a fixed order. */
  lacks: string;
}

/** What a person is searched, sorted and looked up by. */
export function contactKeys(person: Omit<Keyed, 'type' | 'birthDate'>): Omit<PersonKeys, 'lacks'> {
  return {
    numberKey: numberKey(person.schoolId),
    searchKey: searchKey(person.firstName, person.lastName, person.email, person.schoolId),
    sortKey: searchKey(person.lastName, person.firstName),
  };
}

/** What is not known of a person, a letter each. */
export function lacksOf(person: Omit<Keyed, 'firstName' | 'lastName'>): string {
  const isStudent = person.type === 'student';
  return [
    person.email ? '' : MISSING.email,
    isStudent && numberKey(person.schoolId) === '' ? MISSING.number : '',
    isStudent && !person.birthDate ? MISSING.birthDate : '',
  ].join('');
}

/** Every value of `lacks` that says so. */
export function lacking(missing: Missing): string[] {
  return ['e', 'n', 'b', 'en', 'eb', 'nb', 'enb'].filter((letters) => letters.includes(MISSING[missing]));
}

/** All that is stored with a person and made of the rest. */
export function personKeys(person: Keyed): PersonKeys {
  return { ...contactKeys(person), lacks: lacksOf(person) };
}
