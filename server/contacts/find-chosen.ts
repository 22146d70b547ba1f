import type { QueryFilter, Types } from 'mongoose';
import { Contact, LISTING_INDEX } from '../models/contact.js';
import { fitting } from './queries.js';
import { readSearch } from './search-contacts.js';
import type { ContactsFilter } from './schema.js';

/** What a form of the list is about: the selected rows, or everything that its filters find. */
export interface Chosen extends ContactsFilter {
  ids: Types.ObjectId[];
  all: boolean;
}

/**
 * Finds the contacts that a form of the list is about, by name.
 * @param fits which contacts the action applies to
 * @returns one more than `most` where there are more
 */
export async function findChosen(
  account: Types.ObjectId,
  chosen: Chosen,
  fits: QueryFilter<Contact>,
  most: number,
): Promise<Contact[]> {
  const by = chosen.all ? await filtered(account, chosen) : [{ _id: { $in: chosen.ids } }];
  const found: Contact[] = [];
  for (const which of by) {
    const query = Contact.find({ $and: [{ account, ...which }, fits] })
      .sort({ sortKey: 1 })
      .limit(most + 1);
    if (!('_id' in which)) query.hint(LISTING_INDEX);
    found.push(...(await query.lean()));
  }
  const each = [...new Map(found.map((contact) => [contact._id.toHexString(), contact])).values()];
  return each.sort((a, b) => (a.sortKey < b.sortKey ? -1 : 1)).slice(0, most + 1);
}

/** The list's own filters: search keys, or the ids of those found by an identifier alone. */
async function filtered(account: Types.ObjectId, filter: ContactsFilter): Promise<QueryFilter<Contact>[]> {
  const search = await readSearch(account, filter.q);
  const wanted = fitting(filter);
  return [
    { ...wanted, ...search.keys },
    ...(search.others.length > 0 ? [{ ...wanted, _id: { $in: search.others.map(({ _id }) => _id) } }] : []),
  ];
}
