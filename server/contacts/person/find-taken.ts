import type { Types } from 'mongoose';
import { Contact, contactName } from '../../models/contact.js';

/** What somebody active has that only one may have; `by` is their name. */
export interface Taken {
  reason: 'number taken' | 'email taken';
  by: string;
}

/**
 * Whether another active contact of the type has the same Student ID, or the same address as a teacher or member of staff, by which logins
 * find theirs. Guardians and children may share an address.
 */
export async function findTaken(
  { account, type, numberKey, email }: Pick<Contact, 'account' | 'type' | 'numberKey' | 'email'>,
  self?: Types.ObjectId,
): Promise<Taken | undefined> {
  const others = { account, type, status: 'active' as const, ...(self ? { _id: { $ne: self } } : {}) };
  const known = { firstName: 1, lastName: 1, email: 1 };
  if (type === 'student' && numberKey !== '') {
    const other = await Contact.findOne({ ...others, numberKey }, known).lean();
    if (other) return { reason: 'number taken', by: contactName(other) };
  }
  if ((type === 'teacher' || type === 'staff') && email !== '') {
    const other = await Contact.findOne({ ...others, email }, known).lean();
    if (other) return { reason: 'email taken', by: contactName(other) };
  }
  return undefined;
}
