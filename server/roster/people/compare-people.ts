import type { RosterPerson } from '../../models/contact.js';
import { searchKey } from '../../models/search-key.js';

/** The facts of a person that are compared, from a record or a contact. */
export type Compared = Pick<RosterPerson, 'firstName' | 'lastName' | 'email' | 'relations'>;

export function shareStudent(one: Compared, other: Compared): boolean {
  const mine = new Set(one.relations.map(({ student }) => student));
  return other.relations.some(({ student }) => mine.has(student));
}

export function sameName(one: Compared, other: Compared): boolean {
  const mine = nameKeys(one);
  return nameKeys(other).some((key) => mine.includes(key));
}

/** The name in both orders: a guardian's whole name is often in the last name alone. Empty for somebody without a name. */
export function nameKeys({ lastName, firstName }: Pick<RosterPerson, 'firstName' | 'lastName'>): string[] {
  const keys = [searchKey(lastName, firstName), searchKey(firstName, lastName)];
  return [...new Set(keys)].filter((key) => key !== '');
}

/** A word in place of an address ("none") matches nothing. */
export function sameEmail(one: Compared, other: Compared): boolean {
  return one.email.includes('@') && same(plain, one.email, other.email);
}

/** Alike and not blank. */
export function same(
  key: (value: string) => string,
  one: string | undefined,
  other: string | undefined,
): boolean {
  const value = key(one ?? '');
  return value !== '' && value === key(other ?? '');
}

export function differ(one: string | undefined, other: string | undefined): boolean {
  return plain(one) !== '' && plain(other) !== '' && plain(one) !== plain(other);
}

export function plain(value: string | undefined): string {
  return (value ?? '').trim().toLowerCase();
}

/** A telephone number without what people write between its digits; '' if it is too short to be one. */
export function digits(value: string): string {
  const kept = value.replace(/\D/g, '');
  return kept.length < 7 ? '' : kept;
}
