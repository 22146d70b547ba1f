import type { Types } from 'mongoose';
import { Contact } from '../models/contact.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';
import { distinctIds } from '../web/lists.js';

/** Whose diaries a meeting is entered in, on either side of the table. */
export interface People {
  /** The household, and the teachers whom its adults are at this school. */
  family: Types.ObjectId[];
  /** The teachers' contacts, and the households in which one of them is a parent here. */
  teacher: Types.ObjectId[];
}

/** Somebody on the school's side of the table. */
export type Teacher = Pick<Contact, '_id' | 'email'>;
type Family = Pick<Household, '_id' | 'account' | 'adults'>;

/**
 * Finds who cannot be elsewhere during a meeting of a household with some teachers. A teacher who is a parent here is one person: both
 * parts look at both diaries. Their login is tied to the teacher by its grant, or by being proven to have the teacher's email address.
 */
export async function findPeople(household: Family, teachers: Teacher[]): Promise<People> {
  const { account, adults } = household;
  const logins = await User.find(
    { $or: [{ _id: { $in: adults } }, ...tiedTo(teachers)] },
    { email: 1, emailProvenAt: 1, grants: 1 },
  ).lean();
  const isAdult = (login: { _id: Types.ObjectId }) => adults.some((id) => id.equals(login._id));
  const granted = (login: Pick<User, 'grants'>) =>
    login.grants.flatMap((grant) => (grant.contact && grant.account.equals(account) ? [grant.contact] : []));
  const parents = logins.filter(isAdult);
  const sitting = logins
    .filter((login) => teachers.some((teacher) => isTeacher(login, granted(login), teacher)))
    .map(({ _id }) => _id);
  const [asTeachers, asParents] = await Promise.all([
    teachersWith(
      account,
      parents.filter((login) => login.emailProvenAt).map(({ email }) => email),
    ),
    sitting.length > 0 ? Household.find({ account, adults: { $in: sitting } }, { _id: 1 }).lean() : [],
  ]);
  return {
    family: distinctIds([household._id, ...parents.flatMap(granted), ...asTeachers]),
    teacher: distinctIds([...teachers, ...asParents].map(({ _id }) => _id)),
  };
}

function tiedTo(teachers: Teacher[]): object[] {
  if (teachers.length === 0) return [];
  const emails = teachers.flatMap(({ email }) => email || []);
  return [
    // The type is what lets the partial index answer.
    { 'grants.contact': { $in: teachers.map(({ _id }) => _id), $exists: true } },
    ...(emails.length > 0 ? [{ email: { $in: emails }, emailProvenAt: { $exists: true } }] : []),
  ];
}

function isTeacher(login: Pick<User, 'email' | 'emailProvenAt'>, grants: Types.ObjectId[], teacher: Teacher) {
  const byEmail = teacher.email !== '' && login.email === teacher.email && login.emailProvenAt !== undefined;
  return byEmail || grants.some((id) => id.equals(teacher._id));
}

async function teachersWith(account: Types.ObjectId, emails: string[]): Promise<Types.ObjectId[]> {
  const known = emails.filter((email) => email !== '');
  if (known.length === 0) return [];
  const found = await Contact.find(
    { account, email: { $in: known }, type: { $in: ['teacher', 'staff'] }, status: 'active' },
    { _id: 1 },
  ).lean();
  return found.map(({ _id }) => _id);
}
