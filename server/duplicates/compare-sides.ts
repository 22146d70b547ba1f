import type { Identifier } from '../models/field-mapping.js';
import type { ContactType } from '../models/contact.js';
import { andList, number } from '../web/format-count.js';
import { longDay } from '../web/format-time.js';
import type { Style } from '../web/place.js';
import { sayAlike } from '../web/say-alike.js';
import type { PairRow } from './queries.js';
import type { Side } from './read-sides.js';

/** One line of the comparison; `differs` if the two values suggest two people. */
export interface Compared {
  label: string;
  values: [string, string];
  differs: boolean;
}

const TYPES: Record<ContactType, string> = {
  student: 'Student',
  teacher: 'Teacher',
  staff: 'Staff',
  guardian: 'Guardian',
};
const SOURCES = { clever: 'Clever', file: 'A file', hand: 'Entered by hand' };

/** Two contacts side by side, in words; lines without a value on either side are left out. */
export function compareSides(
  sides: readonly [Side | undefined, Side | undefined],
  names: Record<Identifier, string>,
  style: Style,
): Compared[] {
  const facts = factsOf(names, style).map((line) => ({ ...line, tells: true }));
  const counts = COUNTS.map((line) => ({ ...line, tells: false }));
  return [...facts, ...counts]
    .map(({ label, value, tells }) => {
      const [one, other] = sides.map((side) => (side ? value(side) : ''));
      const values: [string, string] = [one ?? '', other ?? ''];
      return {
        label,
        values,
        differs: tells && values[0] !== values[1] && values[0] !== '' && values[1] !== '',
      };
    })
    .filter(({ values }) => values.some((value) => value !== ''));
}

interface Line {
  label: string;
  value: (side: Side) => string;
}

function factsOf(names: Record<Identifier, string>, style: Style): Line[] {
  return [
    { label: 'Type', value: ({ contact }) => TYPES[contact.type] },
    { label: 'Student ID', value: ({ contact }) => contact.schoolId },
    { label: names.communityId, value: ({ contact }) => contact.identifiers?.communityId ?? '' },
    { label: names.barcode, value: ({ contact }) => contact.identifiers?.barcode ?? '' },
    { label: 'Email', value: ({ contact }) => contact.email },
    { label: 'Phone', value: ({ contact }) => contact.phone },
    { label: 'Birth date', value: ({ contact }) => contact.birthDate && longDay(contact.birthDate, style) },
    { label: 'Security value', value: ({ contact }) => contact.securityValue ?? '' },
    { label: 'Grade', value: ({ contact }) => contact.grade },
    { label: 'Status', value: ({ contact }) => (contact.status === 'active' ? 'Active' : 'Transferred') },
  ];
}

/** Facts that differ between any two contacts, whether they are one person or not. */
const COUNTS: Line[] = [
  { label: 'Source', value: ({ contact }) => SOURCES[contact.source] },
  { label: 'Record ID', value: ({ contact }) => contact.record?.id ?? '' },
  {
    label: 'Guardians',
    value: ({ contact, family }) => (contact.type === 'student' ? number(family) : ''),
  },
  {
    label: 'Students',
    value: ({ contact, family }) => (contact.type === 'guardian' ? number(family) : ''),
  },
  {
    label: 'Classes',
    value: ({ contact, classes }) => (contact.type === 'guardian' ? '' : number(classes)),
  },
  {
    label: 'Appointments',
    value: ({ contact, appointments }) => (contact.type === 'guardian' ? '' : number(appointments)),
  },
  { label: 'Logins', value: ({ logins }) => (logins === 0 ? '' : number(logins)) },
];

/** Why a pair is listed, in a sentence: an id or number that was given to two people, or what the two have in common. */
export function reasonInWords(
  { recycled, reason, newcomer, sides }: Pick<PairRow, 'recycled' | 'reason' | 'newcomer' | 'sides'>,
  names: Record<Identifier, string>,
  style: Style,
): string {
  const text = sayAlike(newcomer ? { code: 'id' } : reason);
  const what = text.charAt(0).toUpperCase() + text.slice(1);
  if (!recycled) return what;
  const differ = factsOf(names, style)
    .filter(({ label }) => PROOFS.has(label))
    .filter(({ value }) => {
      const [one, other] = sides.map((side) => (side ? value(side) : ''));
      return one && other && one !== other;
    })
    .map(({ label }) => label.toLowerCase());
  return `${what}, but different ${andList(['name', ...differ], style)}`;
}

/** Facts that show whether it is one person or two. */
const PROOFS = new Set(['Email', 'Birth date', 'Security value']);
