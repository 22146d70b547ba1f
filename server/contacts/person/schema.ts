import Joi from 'joi';
import type { Types } from 'mongoose';
import { CONTACT_TYPES, type ContactType } from '../../models/contact.js';
import { isPlaceholder, readDay } from '../../models/security-value.js';
import { emailAddress, line, objectIds } from '../../web/form-fields.js';
import type { SettingsFields } from '../../web/compare-seen.js';
import type { FormField } from './policy.js';

/** A person as the form describes them; a field that their type lacks is ''. */
export type PersonForm = Record<Exclude<FormField, 'schools'>, string> & { schools: Types.ObjectId[] };

/** The most schools of one person; nobody has as many. */
export const MOST_SCHOOLS = 500;

const text = (max: number): Joi.StringSchema => line(max).allow('').default('');

export const personSchema = Joi.object<PersonForm, true>({
  firstName: text(100),
  middleName: text(100),
  lastName: text(100),
  email: emailAddress().allow('').default(''),
  phone: text(40),
  schoolId: text(60),
  birthDate: text(60)
    .custom((value: string, check) => {
      if (value === '') return value;
      return readDay(value) || check.error('date.base');
    })
    .messages({ 'date.base': 'Enter the birth date with four digits for the year, like 3/9/2014.' }),
  grade: text(40),
  title: text(100),
  schools: objectIds(MOST_SCHOOLS).default([]).label('schools'),
  communityId: text(100),
  barcode: text(100),
  securityValue: text(100)
    .custom((value: string, check) =>
      value !== '' && isPlaceholder(value) ? check.error('string.base') : value,
    )
    .messages({ 'string.base': 'Enter a security value that parents can type, or leave it empty.' }),
  address: text(200),
  city: text(100),
  state: text(100),
  postalCode: text(20),
});

export const typeQuery = Joi.object<{ type: ContactType | '' }, true>({
  type: Joi.string()
    .valid(...CONTACT_TYPES, '')
    .default(''),
});

/**
 * The form's labels.
 * @param names what the school calls its identifiers
 */
export function labelsOf(names: { communityId: string; barcode: string }): SettingsFields {
  return {
    firstName: { label: 'First name' },
    middleName: { label: 'Middle name' },
    lastName: { label: 'Last name' },
    email: { label: 'Email' },
    phone: { label: 'Phone' },
    schoolId: { label: 'Student ID' },
    birthDate: { label: 'Birth date' },
    grade: { label: 'Grade' },
    title: { label: 'Title' },
    schools: { label: 'Schools' },
    communityId: { label: names.communityId },
    barcode: { label: names.barcode },
    securityValue: { label: 'Security value' },
    address: { label: 'Address' },
    city: { label: 'City' },
    state: { label: 'State' },
    postalCode: { label: 'Postal code' },
  };
}
