import Joi from 'joi';
import { CONTACT_TYPES, MISSING, type Contact, type ContactType, type Missing } from '../models/contact.js';
import { line, objectIds, tick } from '../web/parse.js';

export interface ContactsQuery {
  q: string;
  type: ContactType | '';
  status: Contact['status'] | '';
  /** Only people of whom this is not known. */
  missing: Missing | '';
  sort: 'name' | '-name';
  page: number;
}

/** A form of the list: what is ticked, or its filters with `all`. */
export const chosenFields = {
  ids: objectIds(500).default([]).label('the contacts from the list'),
  all: tick(),
  q: line(100).allow('').default(''),
  type: Joi.string()
    .valid(...CONTACT_TYPES, '')
    .default(''),
  status: Joi.string().valid('active', 'transferred', '').default(''),
  missing: Joi.string()
    .valid(...Object.keys(MISSING), '')
    .default(''),
};

export const contactsQuery = Joi.object<ContactsQuery, true>({
  q: line(100).allow('').default(''),
  type: Joi.string()
    .valid(...CONTACT_TYPES, '')
    .default(''),
  status: Joi.string().valid('active', 'transferred', '').default(''),
  missing: Joi.string()
    .valid(...Object.keys(MISSING), '')
    .default(''),
  sort: Joi.string().valid('name', '-name').default('name'),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});
