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
  phone?: string;
}

/** What is stored with a person and made of the rest. */
export interface PersonKeys {
  searchKey: string;
  sortKey: string;
  /** Of `schoolId`: what a student is looked up by. */
  numberKey: string;
  /** What is not known of them, a letter each (`MISSING`), in a fixed order. */
  lacks: string;
  /** Of `phone`: what a caller is looked up by. */
  phoneKey: string;
}

/** What a person is searched, sorted and looked up by. */
export function contactKeys(
  person: Omit<Keyed, 'type' | 'birthDate' | 'phone'>,
): Omit<PersonKeys, 'lacks' | 'phoneKey'> {
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
  return { ...contactKeys(person), lacks: lacksOf(person), phoneKey: phoneKey(person.phone ?? '') };
}

/** The digits of a phone number from its end, without an extension: an ordered index finds it by its last digits, with or without area code. */
export function phoneKey(phone: string): string {
  const [number = ''] = phone.slice(0, 60).split(/[a-z,;#]/i);
  return [...number.replace(/\D/g, '')].reverse().join('').slice(0, 15);
}

/** Fewer digits are as well a Student ID. */
const LEAST_DIGITS = 7;

/** What the stored key of a number that somebody typed is or begins with; none where that is no phone number. */
export function phoneSearch(text: string): (string | RegExp)[] {
  if (!/^[\d\s+().,/x#*-]*(?:ext\.?[\d\s]*)?$/i.test(text)) return [];
  const key = phoneKey(text);
  if (key.length < LEAST_DIGITS) return [];
  // Ten digits are a whole number, whatever country code stands before them; some are stored without area code.
  return [new RegExp(`^${key.slice(0, 10)}`), key.slice(0, LEAST_DIGITS)];
}
