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

/** Whom to contact for each family: the people that the roster names, then parents' logins with other addresses. Two queries. */
export async function matchContacts(
  account: Types.ObjectId,
  families: UnbookedFamily[],
): Promise<Reachable[][]> {
  const [contacts, users] = await Promise.all([
    Contact.find(
      { _id: { $in: families.flatMap((family) => family.contacts) }, account },
      { firstName: 1, lastName: 1, email: 1, phone: 1 },
    ).lean(),
    User.find({ _id: { $in: families.flatMap(({ adults }) => adults) } }, { name: 1, email: 1 }).lean(),
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
