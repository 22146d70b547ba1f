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

/** Whom to reach of each family: whom the roster names, then parents' logins under another address. */
export async function matchContacts(
  account: Types.ObjectId,
  families: UnbookedFamily[],
): Promise<Reachable[][]> {
  const { contacts, users } = await readPeople(
    account,
    families.flatMap((family) => family.contacts),
    families.flatMap(({ adults }) => adults),
  );
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

type Named = Pick<Contact, '_id' | 'firstName' | 'lastName' | 'email' | 'phone'>;
type Login = Pick<User, '_id' | 'name' | 'email'>;

/** Those of one page are read by one command; of thousands, two commands are quicker. */
const MANY = 500;

async function readPeople(
  account: Types.ObjectId,
  named: Types.ObjectId[],
  adults: Types.ObjectId[],
): Promise<{ contacts: Named[]; users: Login[] }> {
  const ofNamed = { firstName: 1, lastName: 1, email: 1, phone: 1 } as const;
  const ofLogins = { name: 1, email: 1 } as const;
  if (named.length + adults.length <= MANY)
    return findTogether({
      contacts: documentsOf<Contact>(Contact, { _id: { $in: named }, account }, { fields: ofNamed }),
      users: documentsOf<User>(User, { _id: { $in: adults } }, { fields: ofLogins }),
    });
  const [contacts, users] = await Promise.all([
    Contact.collection.find<Named>({ _id: { $in: named }, account }, { projection: ofNamed }).toArray(),
    User.collection.find<Login>({ _id: { $in: adults } }, { projection: ofLogins }).toArray(),
  ]);
  return { contacts, users };
}
