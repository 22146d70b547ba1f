import type { RosterPerson } from '../../models/contact.js';
import type { FurtherRecord } from '../../models/scoped.js';
import { readDay, sameSecurityValue, securityValueOf } from '../../models/security-value.js';
import { digits, plain } from './compare-people.js';

/** The facts of a person that are compared, from a record or a contact. */
export type Identified = Pick<
  RosterPerson,
  'type' | 'firstName' | 'middleName' | 'lastName' | 'email' | 'username' | 'phone' | 'birthDate'
> & { securityValue?: string };

const COMPARED = [
  'type',
  'firstName',
  'middleName',
  'lastName',
  'email',
  'username',
  'phone',
  'birthDate',
] as const;

/** What is stored of a person to tell later whether they are still the same. */
export function identityOf(person: Identified): FurtherRecord['who'] {
  const { securityValue } = person;
  return {
    ...Object.fromEntries(COMPARED.map((key) => [key, person[key]])),
    ...(securityValue ? { securityValue } : {}),
  };
}

/**
 * Whether an id or number stands for somebody else now: an id is a claim, not a proof. For students the name and the second fact (birth
 * date or security value) must both differ: a nickname, a typo or a marriage leaves the birth date as it is. Adults who marry change their
 * address too, so for them the first name and the address must differ. If no second fact can be compared, no part of the names may be
 * alike.
 */
export function isSomebodyElse(known: Identified, told: Identified): boolean {
  const names = compareNames(known, told);
  if (names === 'same') return false;
  if (known.type !== 'student' && haveLikeFirstNames(known, told)) return false;
  const facts = known.type === 'student' ? studentFacts(known, told) : adultFacts(known, told);
  if (names === 'unlike') return facts.length === 0 || facts.includes(false);
  return facts.length > 0 && !facts.includes(true);
}

/** One entry for each fact that both have: whether they agree. A security value may be the birth date, written differently. */
function studentFacts(known: Identified, told: Identified): boolean[] {
  const facts = [
    compareFact(known.birthDate, told.birthDate),
    compareFact(known.securityValue, told.securityValue),
  ].filter((fact) => fact !== undefined);
  const crossed = [
    [known.birthDate, told.securityValue],
    [known.securityValue, told.birthDate],
  ].flatMap(([one = '', other = '']) =>
    readDay(one) !== '' && readDay(other) !== '' ? [sameSecurityValue(one, other)] : [],
  );
  return [...facts, ...(facts.length === 0 ? crossed : crossed.filter(Boolean))];
}

function compareFact(one: string | undefined, other: string | undefined): boolean | undefined {
  if (securityValueOf(one) === '' || securityValueOf(other) === '') return undefined;
  return sameSecurityValue(one, other);
}

function adultFacts(known: Identified, told: Identified): boolean[] {
  const email = ({ email: text }: Identified) => (text.includes('@') ? plain(text) : '');
  const facts: ((person: Identified) => string)[] = [email, ({ username }) => plain(username)];
  if (known.type === 'guardian') facts.push(({ phone }) => digits(phone));
  return facts.flatMap((fact) => {
    const [one, other] = [fact(known), fact(told)];
    return one !== '' && other !== '' ? [one === other] : [];
  });
}

/** `alike`: a part of the name is the same or nearly so. A missing name is like every other. */
function compareNames(known: Identified, told: Identified): 'same' | 'alike' | 'unlike' {
  const [one, other] = [partsOf(known), partsOf(told)];
  if (one.length === 0 || other.length === 0) return one.length === other.length ? 'same' : 'alike';
  const [fewer, more] = one.length <= other.length ? [one, other] : [other, one];
  const joined = (parts: string[]) => [...parts].sort().join('');
  if (joined(one) === joined(other)) return 'same';
  // A second first or last name was added or dropped.
  if (fewer.length > 1 && fewer.every((part) => more.includes(part))) return 'same';
  const near = fewer.some((part) => more.some((also) => isNear(part, also)));
  return near ? 'alike' : 'unlike';
}

/** A short form, an initial or a typo is like the name. A missing first name may stand in the last name. */
function haveLikeFirstNames(known: Identified, told: Identified): boolean {
  const [mine, theirs] = [split(known.firstName), split(told.firstName)];
  return mine.some((part) =>
    theirs.some((also) => isNear(part, also) || part.startsWith(also) || also.startsWith(part)),
  );
}

function partsOf({ firstName, middleName, lastName }: Identified): string[] {
  return split(`${firstName} ${middleName} ${lastName}`);
}

/** The words of a name in lower case without accents; O'Brien is one word. */
function split(name: string): string[] {
  return name
    .slice(0, 300)
    .normalize('NFKD')
    .replace(/[\p{M}'’‘`.]/gu, '')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .filter((word) => word !== '');
}

/** The same word, or one in which at most a third of the letters differ. */
function isNear(one: string, other: string): boolean {
  if (one === other) return one.length > 1;
  const longer = Math.max(one.length, other.length);
  if (longer > 30 || longer < 3) return false;
  return distance(one, other) <= longer / 3;
}

/** How many letters have to be added, removed or changed. */
function distance(one: string, other: string): number {
  let row = Array.from({ length: other.length + 1 }, (_, index) => index);
  for (let i = 1; i <= one.length; i += 1) {
    const next = [i];
    for (let j = 1; j <= other.length; j += 1) {
      const change = (row[j - 1] ?? 0) + (one[i - 1] === other[j - 1] ? 0 : 1);
      next.push(Math.min(change, (row[j] ?? 0) + 1, (next[j - 1] ?? 0) + 1));
    }
    row = next;
  }
  return row.at(-1) ?? 0;
}
