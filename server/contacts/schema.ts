import Joi from 'joi';
import { CONTACT_TYPES, type Contact, type ContactType } from '../models/contact.js';
import { line } from '../web/parse.js';

export interface ContactsQuery {
  q: string;
  type: ContactType | '';
  status: Contact['status'] | '';
  sort: 'name' | '-name';
  page: number;
}

export const contactsQuery = Joi.object<ContactsQuery, true>({
  q: line(100).allow('').default(''),
  type: Joi.string()
    .valid(...CONTACT_TYPES, '')
    .default(''),
  status: Joi.string().valid('active', 'transferred', '').default(''),
  sort: Joi.string().valid('name', '-name').default('name'),
  page: Joi.number().integer().min(1).max(100_000).default(1),
});
