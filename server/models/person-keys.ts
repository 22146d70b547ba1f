import { searchKey } from './search-key.js';
import { numberKey } from './security-value.js';

/** Facts that the roster should have of a person, by their letters in `lacks`. Number and birth date are asked of students only. */
export const MISSING = { email: 'e', number: 'n', birthDate: 'b' } as const;
export type Missing = keyof typeof MISSING;

/** The fields that the keys are made of. */
interface Keyed {
  type: string;
  firstName: string;
  lastName: string;
  email: string;
  schoolId: string;
  birthDate: string;
  phone?: string;
}

/** Fields that are stored with a person and made of the others. */
export interface PersonKeys {
  searchKey: string;
  sortKey: string;
  /** Made of `schoolId`: finds a student by number. */
  numberKey: string;
  /** The facts that are missing, one letter each (`MISSING`), in a fixed order. */
  lacks: string;
  /** Made of `phone`: finds a caller. */
  phoneKey: string;
}

/** The keys by which a person is searched, sorted and looked up. */
export function contactKeys(
  person: Omit<Keyed, 'type' | 'birthDate' | 'phone'>,
): Omit<PersonKeys, 'lacks' | 'phoneKey'> {
  return {
    numberKey: numberKey(person.schoolId),
    searchKey: searchKey(person.firstName, person.lastName, person.email, person.schoolId),
    sortKey: searchKey(person.lastName, person.firstName),
  };
}

/** The facts that are missing, one letter each. */
export function lacksOf(person: Omit<Keyed, 'firstName' | 'lastName'>): string {
  const isStudent = person.type === 'student';
  return [
    person.email ? '' : MISSING.email,
    isStudent && numberKey(person.schoolId) === '' ? MISSING.number : '',
    isStudent && !person.birthDate ? MISSING.birthDate : '',
  ].join('');
}

/** Every value of `lacks` that includes this fact. */
export function lacking(missing: Missing): string[] {
  return ['e', 'n', 'b', 'en', 'eb', 'nb', 'enb'].filter((letters) => letters.includes(MISSING[missing]));
}

/** All fields that are stored with a person and made of the others. */
export function personKeys(person: Keyed): PersonKeys {
  return { ...contactKeys(person), lacks: lacksOf(person), phoneKey: phoneKey(person.phone ?? '') };
}

/** The digits of a phone number in reverse, without an extension: an ordered index finds it by its last digits. */
export function phoneKey(phone: string): string {
  if (phone === '') return '';
  const [number = ''] = phone.slice(0, 60).split(/[a-z,;#]/i);
  return [...number.replace(/\D/g, '')].reverse().join('').slice(0, 15);
}

/** Fewer digits may just as well be a Student ID. */
const LEAST_DIGITS = 7;

/** The stored keys that match a number that somebody typed, whole or by their beginning; none if it is not a phone number. */
export function phoneSearch(text: string): (string | RegExp)[] {
  if (!/^[\d\s+().,/x#*-]*(?:ext\.?[\d\s]*)?$/i.test(text)) return [];
  const key = phoneKey(text);
  if (key.length < LEAST_DIGITS) return [];
  // Ten digits are a whole number, whatever country code precedes them; some numbers are stored without an area code.
  return [new RegExp(`^${key.slice(0, 10)}`), key.slice(0, LEAST_DIGITS)];
}
