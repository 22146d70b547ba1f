import type { Types } from 'mongoose';
import { Contact } from '../../../server/models/contact.js';
import { searchKey } from '../../../server/models/search-key.js';
import { makeConference, type Conference, type ConferenceOptions } from '../booking/conference.js';

/** A conference whose students are Ana, Leo, Mia and Sam. */
export function makeSchool(options: ConferenceOptions = {}): Promise<Conference> {
  return makeConference({ students: 4, ...options });
}

/** Somebody whom the roster names as a student's kin. */
export async function makeGuardian(
  account: Types.ObjectId,
  name: string,
  email: string,
  children: Contact[],
  more: { relationship?: string; type?: string; status?: 'active' | 'transferred' } = {},
): Promise<Contact> {
  const { relationship = 'Parent', type = '', status = 'active' } = more;
  const [firstName = '', lastName = ''] = name.split(' ');
  const made = await Contact.create({
    ...{ account, type: 'guardian', source: 'clever', status, firstName, lastName, email },
    relations: children.map(({ record }) => ({ student: record?.id ?? '', relationship, type })),
    searchKey: searchKey(name),
    sortKey: searchKey(name),
  });
  return made.toObject();
}
