import type { Types } from 'mongoose';
import { Contact, contactName } from '../models/contact.js';
import { documentsOf, findTogether } from '../models/find-together.js';
import { User } from '../models/user.js';
import type { UnbookedFamily } from './group-families.js';

/** A person whom the office can call or write to. */
export interface Reachable {
  name: string;
  email: string;
  phone: string;
}

/** Whom to reach of each family: whom the roster names, then parents' logins under another address. One query. */
export async function matchContacts(
  account: Types.ObjectId,
  families: UnbookedFamily[],
): Promise<Reachable[][]> {
  const { contacts, users } = await findTogether({
    contacts: documentsOf(
      Contact,
      { _id: { $in: families.flatMap((family) => family.contacts) }, account },
      { fields: { firstName: 1, lastName: 1, email: 1, phone: 1 } },
    ),
    users: documentsOf(
      User,
      { _id: { $in: families.flatMap(({ adults }) => adults) } },
      { fields: { name: 1, email: 1 } },
    ),
  });
  const contactOf = new Map(contacts.map((contact) => [contact._id.toHexString(), contact]));
  const userOf = new Map(users.map((user) => [user._id.toHexString(), user]));
  return families.map((family) => {
    const named = family.contacts.flatMap((id) => contactOf.get(id.toHexString()) ?? []);
    const known = new Set(named.map(({ email }) => email.toLowerCase()));
    const logins = family.adults.flatMap((id) => userOf.get(id.toHexString()) ?? []);
    return [
      ...named.map((contact) => ({ name: contactName(contact), email: contact.email, phone: contact.phone })),
      ...logins
        .filter(({ email }) => !known.has(email))
        .map(({ name, email }) => ({ name, email, phone: '' })),
    ];
  });
}
