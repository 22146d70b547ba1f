import Joi from 'joi';
import { CONTACT_TYPES, type Contact, type ContactType } from '../models/contact.js';
import { MISSING, type Missing } from '../models/person-keys.js';
import { line, objectIds, tick } from '../web/form-fields.js';

export interface ContactsQuery {
  q: string;
  type: ContactType | '';
  status: Contact['status'] | '';
  /** Only people who lack this. */
  missing: Missing | '';
  sort: 'name' | '-name';
  page: number;
}

/** Whom the list shows. */
export type ContactsFilter = Pick<ContactsQuery, 'q' | 'type' | 'status' | 'missing'>;

const filterFields = {
  q: line(100).allow('').default(''),
  type: Joi.string()
    .valid(...CONTACT_TYPES, '')
    .default(''),
  status: Joi.string().valid('active', 'transferred', '').default(''),
  missing: Joi.string()
    .valid(...Object.keys(MISSING), '')
    .default(''),
};

/** A form of the list: the selected rows, or the list's filters with `all`. */
export const chosenFields = {
  ids: objectIds(500).default([]).label('the contacts from the list'),
  all: tick(),
  ...filterFields,
};

export const contactsQuery = Joi.object<ContactsQuery, true>({
  ...filterFields,
  sort: Joi.string().valid('name', '-name').default('name'),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});
