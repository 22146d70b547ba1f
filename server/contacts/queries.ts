import type { QueryFilter, Types } from 'mongoose';
import type { Identifier } from '../models/field-mapping.js';
import { CONTACT_TYPES, Contact, contactName, LISTING_INDEX, type ContactType } from '../models/contact.js';
import { lacking, MISSING, type Missing } from '../models/person-keys.js';
import { sliceOf } from '../web/paging.js';
import type { ContactsFilter, ContactsQuery } from './schema.js';
import { readSearch, type Search } from './search-contacts.js';

export const PAGE_SIZE = 50;

const STATUSES = ['active', 'transferred'] as const;
const MISSINGS = Object.keys(MISSING) as Missing[];

export interface ContactRow {
  id: string;
  name: string;
  type: ContactType;
  status: Contact['status'];
  email: string;
  schoolId: string;
  grade: string;
  /** The identifiers that matched, where the search found the person by them alone. */
  foundBy: { name: Identifier; value: string }[];
}

export interface ContactsPage {
  rows: ContactRow[];
  total: number;
  /** Counts for the chips: by type, by status and by what is missing, each within the other filters. */
  ofType: Record<ContactType | '', number>;
  ofStatus: Record<Contact['status'] | '', number>;
  ofMissing: Record<Missing | '', number>;
}

/** One page of the account's people. */
export async function listContacts(account: Types.ObjectId, query: ContactsQuery): Promise<ContactsPage> {
  const search = await readSearch(account, query.q);
  const byKeys = await countByKeys(account, search.keys);
  const counts = [...byKeys, ...search.others.map((other) => ({ ...other, count: 1 }))];
  const sum = (of: readonly Count[], change: Partial<Kinds> = {}): number => {
    const { type, status, missing } = { ...query, ...change };
    return of
      .filter((count) => (!type || count.type === type) && (!status || count.status === status))
      .filter((count) => !missing || count.lacks.includes(MISSING[missing]))
      .reduce((total, { count }) => total + count, 0);
  };
  const total = sum(counts);
  const wanted = { account, ...fitting(query) };
  const found = [
    ...(sum(byKeys) > 0 ? [search.keys] : []),
    ...(search.others.length > 0 ? [{ _id: { $in: search.others.map(({ _id }) => _id) } }] : []),
  ];
  const branches = found.map((by) => ({ ...wanted, ...by }));
  const page = Contact.find(branches.length === 1 ? (branches[0] ?? wanted) : { $or: branches })
    .sort({ sortKey: query.sort === 'name' ? 1 : -1 })
    .skip(sliceOf(total, query.page, PAGE_SIZE).skip)
    .limit(PAGE_SIZE)
    .select({ firstName: 1, lastName: 1, type: 1, status: 1, email: 1, schoolId: 1, grade: 1 });
  // The hint keeps the database from walking the sort order, which would load every document.
  if (found[0] === search.keys && found.length === 1 && (query.q || query.missing)) page.hint(LISTING_INDEX);
  const rows = total === 0 ? [] : await page.lean();
  const foundBy = new Map(search.others.map((other) => [other._id.toHexString(), other.foundBy]));
  return {
    rows: rows.map((contact) => ({
      id: contact._id.toHexString(),
      name: contactName(contact),
      type: contact.type,
      status: contact.status,
      email: contact.email,
      schoolId: contact.schoolId,
      grade: contact.grade,
      foundBy: foundBy.get(contact._id.toHexString()) ?? [],
    })),
    total,
    ofType: keyed(['', ...CONTACT_TYPES], (type) => sum(counts, { type })),
    ofStatus: keyed(['', ...STATUSES], (status) => sum(counts, { status })),
    ofMissing: keyed(['', ...MISSINGS], (missing) => sum(counts, { missing })),
  };
}

type Kinds = Omit<ContactsFilter, 'q'>;

/** Whom the list's chips show. */
export function fitting({ type, status, missing }: Kinds): QueryFilter<Contact> {
  return {
    type: type || { $in: [...CONTACT_TYPES] },
    status: status || { $in: [...STATUSES] },
    ...(missing ? { lacks: { $in: lacking(missing) } } : {}),
  };
}

interface Count {
  type: ContactType;
  status: Contact['status'];
  lacks: string;
  count: number;
}

function countByKeys(account: Types.ObjectId, keys: Search['keys']): Promise<Count[]> {
  return Contact.aggregate<Count>([
    { $match: { account, type: { $in: CONTACT_TYPES }, status: { $in: STATUSES }, ...keys } },
    { $group: { _id: { type: '$type', status: '$status', lacks: '$lacks' }, count: { $sum: 1 } } },
    { $project: { _id: 0, type: '$_id.type', status: '$_id.status', lacks: '$_id.lacks', count: 1 } },
  ]);
}

function keyed<K extends string>(keys: readonly K[], value: (key: K) => number): Record<K, number> {
  return Object.fromEntries(keys.map((key) => [key, value(key)])) as Record<K, number>;
}
