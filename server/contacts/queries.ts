import type { QueryFilter, Types } from 'mongoose';
import { CONTACT_TYPES, Contact, contactName, type ContactType } from '../models/contact.js';
import { searchKey } from '../models/scoped.js';
import { sliceOf } from '../web/paging.js';
import type { ContactsQuery } from './schema.js';

export const PAGE_SIZE = 50;

const STATUSES = ['active', 'transferred'] as const;

export interface ContactRow {
  id: string;
  name: string;
  type: ContactType;
  status: Contact['status'];
  email: string;
  schoolId: string;
  grade: string;
}

export interface ContactsPage {
  rows: ContactRow[];
  total: number;
  /** Found by the search alone, by type and by status within the other filter, for the chips. */
  ofType: Record<ContactType | '', number>;
  ofStatus: Record<Contact['status'] | '', number>;
}

/**
 * One page of the account's people. Each word of the search must begin a name, wherever it stands ("cruz" finds Maria de la
 * Cruz), or the e-mail address or school id. Words inside a key cannot be looked up in an ordered index, so they are held
 * against the keys of {account, type, status, sortKey, searchKey}: the account's own, and never documents. Some 15 ms for
 * 5,000 people, less than half a second for 100,000.
 */
export async function listContacts(account: Types.ObjectId, query: ContactsQuery): Promise<ContactsPage> {
  const search = searchFilter(query.q);
  const counts = await countContacts(account, search);
  const sum = (type: ContactType | '', status: Contact['status'] | ''): number =>
    counts
      .filter((count) => (!type || count.type === type) && (!status || count.status === status))
      .reduce((total, { count }) => total + count, 0);
  const total = sum(query.type, query.status);
  const rows = await Contact.find({
    account,
    type: query.type || { $in: CONTACT_TYPES },
    status: query.status || { $in: STATUSES },
    ...search,
  })
    .sort({ sortKey: query.sort === 'name' ? 1 : -1 })
    .skip(sliceOf(total, query.page, PAGE_SIZE).skip)
    .limit(PAGE_SIZE)
    .select({ firstName: 1, lastName: 1, type: 1, status: 1, email: 1, schoolId: 1, grade: 1 })
    .lean();
  return {
    rows: rows.map((contact) => ({
      id: contact._id.toHexString(),
      name: contactName(contact),
      type: contact.type,
      status: contact.status,
      email: contact.email,
      schoolId: contact.schoolId,
      grade: contact.grade,
    })),
    total,
    ofType: keyed(['', ...CONTACT_TYPES], (type) => sum(type, query.status)),
    ofStatus: keyed(['', ...STATUSES], (status) => sum(query.type, status)),
  };
}

function searchFilter(q: string): QueryFilter<Contact> {
  const words = searchKey(q).split(' ').filter(Boolean).slice(0, 6);
  return words.length === 0
    ? {}
    : { $and: words.map((word) => ({ searchKey: new RegExp(`(?:^| )${escaped(word)}`) })) };
}

function escaped(word: string): string {
  return word.replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&');
}

interface Count {
  type: ContactType;
  status: Contact['status'];
  count: number;
}

function countContacts(account: Types.ObjectId, search: QueryFilter<Contact>): Promise<Count[]> {
  return Contact.aggregate<Count>([
    { $match: { account, type: { $in: CONTACT_TYPES }, status: { $in: STATUSES }, ...search } },
    { $group: { _id: { type: '$type', status: '$status' }, count: { $sum: 1 } } },
    { $project: { _id: 0, type: '$_id.type', status: '$_id.status', count: 1 } },
  ]);
}

function keyed<K extends string>(keys: readonly K[], value: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, number>;
}
