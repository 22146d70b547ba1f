import type { Response } from 'express';
import type { Types } from 'mongoose';
import { Account } from '../models/account.js';
import { IDENTIFIERS, identifierNamesOf, MAPPED_TYPES, mappingOf } from '../models/field-mapping.js';
import { CONTACT_TYPES } from '../models/contact.js';
import { actorOf } from '../web/actor.js';
import { orList } from '../web/format-count.js';
import { addressOf, pagerOf } from '../web/paging.js';
import { typedValues } from '../web/parse.js';
import { refuseHere } from '../web/session.js';
import { LEVEL_CHOICES } from './levels/schema.js';
import { listContacts, PAGE_SIZE } from './queries.js';
import type { ContactsFilter, ContactsQuery } from './schema.js';
import { HOME, pageOf, TYPE_WORDS } from './show-frame.js';

/** The list of contacts, with what was selected where a form of it was refused. */
export async function showList(res: Response, query: ContactsQuery): Promise<void> {
  const actor = actorOf(res);
  const list = await listContacts(actor.account, query);
  const names = await namesOf(actor.account);
  const href = (change: Partial<ContactsQuery>): string => hrefOf(query, change);
  res.render('contacts/list', {
    ...pageOf('Contacts'),
    levels: LEVEL_CHOICES,
    query,
    list,
    href,
    names: names.called,
    searched: orList(['name', 'email', 'Student ID', ...names.mapped], actor),
    types: CONTACT_TYPES,
    words: TYPE_WORDS,
    pager: pagerOf(list.total, query.page, PAGE_SIZE, ['person', 'people'], (to) => href({ page: to })),
  });
}

/**
 * Shows the list again and says what is wrong with the form that was sent.
 * @param chosen the form's filters, where they could be read
 */
export async function refuseList(
  res: Response,
  body: unknown,
  errors: Record<string, string>,
  chosen?: ContactsFilter,
): Promise<void> {
  refuseHere(res, { values: typedValues(body), errors });
  const { q = '', type = '', status = '', missing = '' } = chosen ?? {};
  await showList(res, { q, type, status, missing, sort: 'name', page: 1 });
}

/** What the account calls its identifiers, and which of them it has mapped. */
export async function namesOf(account: Types.ObjectId) {
  const found = await Account.findById(account, { identifierNames: 1, mapping: 1 }).orFail().lean();
  const called = identifierNamesOf(found);
  const mapping = mappingOf(found);
  const mapped = IDENTIFIERS.filter((name) => MAPPED_TYPES.some((type) => mapping[type][name] !== ''));
  return { called, mapped: mapped.map((name) => called[name]) };
}

/** The list's address with a change; another filter or order starts at the first page. */
function hrefOf(query: ContactsQuery, change: Partial<ContactsQuery>): string {
  const { q, type, status, missing, sort, page } = { ...query, page: 1, ...change };
  return addressOf(HOME, {
    q,
    type,
    status,
    missing,
    sort: sort === 'name' ? undefined : sort,
    page: page === 1 ? undefined : page,
  });
}
