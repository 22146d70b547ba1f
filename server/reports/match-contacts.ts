import type { Types } from 'mongoose';
import { Contact, contactName } from '../models/contact.js';
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
  const [contacts, users] = await Promise.all([
    Contact.collection
      .find<Pick<Contact, '_id' | 'firstName' | 'lastName' | 'email' | 'phone'>>(
        { _id: { $in: families.flatMap((family) => family.contacts) }, account },
        { projection: { firstName: 1, lastName: 1, email: 1, phone: 1 } },
      )
      .toArray(),
    User.collection
      .find<Pick<User, '_id' | 'name' | 'email'>>(
        { _id: { $in: families.flatMap(({ adults }) => adults) } },
        { projection: { name: 1, email: 1 } },
      )
      .toArray(),
  ]);
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
