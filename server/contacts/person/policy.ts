import { sourceOf, type Account } from '../../models/account.js';
import { IDENTIFIERS, mappingOf, type Identifier } from '../../models/field-mapping.js';
import type { Contact, ContactType } from '../../models/contact.js';

/** The fields of the form of one person, by type, in their order. */
const FORM_FIELDS = [
  'firstName',
  'middleName',
  'lastName',
  'email',
  'phone',
  'schoolId',
  'birthDate',
  'grade',
  'title',
  'schools',
  'communityId',
  'barcode',
  'securityValue',
  'address',
  'city',
  'state',
  'postalCode',
] as const;
export type FormField = (typeof FORM_FIELDS)[number];

const OF_STUDENTS: readonly FormField[] = [
  'schoolId',
  'birthDate',
  'grade',
  'securityValue',
  'address',
  'city',
  'state',
  'postalCode',
];

/** The fields that somebody of this type has. */
export function fieldsOf(type: ContactType): FormField[] {
  return FORM_FIELDS.filter((field) => {
    if (OF_STUDENTS.includes(field)) return type === 'student';
    if (field === 'title') return type === 'teacher' || type === 'staff';
    return field !== 'communityId' && field !== 'barcode' ? true : type !== 'guardian';
  });
}

/**
 * The fields that the roster's source owns: its next sync overwrites what a person writes there. There are none while no source is enabled,
 * or for somebody whom no source delivered.
 */
export function ownedFields(
  contact: Pick<Contact, 'type' | 'record'>,
  account: Pick<Account, 'mapping' | 'files' | 'clever'>,
): FormField[] {
  const source = sourceOf(account);
  if (!source || !contact.record?.id) return [];
  const { type } = contact;
  const mapping = mappingOf(account);
  const isMapped = (name: Identifier) => type !== 'guardian' && mapping[type][name] !== '';
  return fieldsOf(type).filter((field) => {
    if ((IDENTIFIERS as readonly string[]).includes(field)) return isMapped(field as Identifier);
    // Only pickAtime's own files contain a security value.
    return field === 'securityValue' ? source === 'files' && account.files?.format === 'pickatime' : true;
  });
}

/** Whether somebody may be deleted by hand: they left, or no source delivers them. Anybody whom the source lists would come back. */
export function mayDelete({ status, record }: Pick<Contact, 'status' | 'record'>): boolean {
  return status === 'transferred' || !record?.id;
}
