import type { Types } from 'mongoose';
import type { Contact } from '../models/contact.js';
import { offeredGrants, OneTimeLink } from '../models/one-time-link.js';
import { User } from '../models/user.js';

/** Whether somebody of the roster has a staff account. `none`: they have none and could have one. */
export type RosterState = 'none' | 'invited' | 'account' | 'no email';

type Person = Pick<Contact, '_id' | 'email'>;

/** Finds which people of the roster have a staff account: by the address, or because an account is for that person. */
export async function readStates(
  account: Types.ObjectId,
  now: Date,
): Promise<(person: Person) => RosterState> {
  const [users, offers] = await Promise.all([
    User.find(
      { 'grants.account': account, grants: { $elemMatch: { account, level: { $ne: 'customer' } } } },
      { email: 1, grants: 1, passwordHash: 1 },
    ).lean(),
    OneTimeLink.find({ 'offer.account': account, expiresAt: { $gt: now } }).lean(),
  ]);
  const states = new Map<string, RosterState>();
  const offered = await User.find(
    { _id: { $in: offers.flatMap(({ user }) => user ?? []) } },
    { email: 1 },
  ).lean();
  for (const { email } of offered) states.set(email, 'invited');
  for (const { offer } of offers)
    for (const { contact } of offer ? offeredGrants(offer) : [])
      if (contact) states.set(contact.toHexString(), 'invited');
  for (const { email, grants, passwordHash } of users) {
    const state = passwordHash === undefined ? 'invited' : 'account';
    states.set(email, state);
    for (const { contact, account: where, level } of grants)
      if (contact && where.equals(account) && level !== 'customer') states.set(contact.toHexString(), state);
  }
  return ({ _id, email }) => {
    const known = states.get(_id.toHexString()) ?? (email && states.get(email.toLowerCase()));
    return known || (email ? 'none' : 'no email');
  };
}
