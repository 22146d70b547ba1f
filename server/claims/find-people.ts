import type { Types } from 'mongoose';
import { Contact } from '../models/contact.js';
import { Household } from '../models/household.js';
import { ask, type Question } from '../models/find-together.js';
import { User } from '../models/user.js';
import { distinctIds } from '../web/lists.js';

/** The people in whose diaries a meeting is entered, on either side of the table. */
export interface People {
  /** The household, and the teachers at this school who are its adults. */
  family: Types.ObjectId[];
  /** The teachers' contacts, and the households at this school in which one of them is a parent. */
  teacher: Types.ObjectId[];
}

/** The part of a household that goes: one adult alone, or all. */
export function goingOf({ _id, account, adults }: Family, goer: Types.ObjectId | undefined): Family {
  return { _id, account, adults: goer ? [goer] : adults };
}

/** Somebody on the school's side of the table. */
export type Teacher = Pick<Contact, '_id' | 'email'>;
type Family = Pick<Household, '_id' | 'account' | 'adults'>;

/**
 * Finds who cannot be elsewhere during a meeting of a household with some teachers. A teacher who is a parent at this school is one person
 * with two diaries, and both are looked at. A login belongs to a teacher by its grant, or by having proven the teacher's email address.
 */
export async function findPeople(household: Family, teachers: Teacher[]): Promise<People> {
  return peopleOf(await findLogins(household, teachers), household, teachers);
}

/** The logins of a household's adults and of some teachers, for `peopleOf`. */
async function findLogins({ account, adults }: Family, teachers: Teacher[]): Promise<Login[]> {
  return User.aggregate<Login>([
    { $match: { $or: [{ _id: { $in: adults } }, ...tiedTo(teachers)] } },
    LOGIN,
    { $lookup: namesakes(account) },
    { $lookup: households(account) },
  ]);
}

/** The question for the logins of a household's adults, for `peopleOf`. */
export const askAdults = ({ account, adults }: Family): Question<Login> =>
  ask<User, Login>(User, { _id: { $in: adults } }, LOGIN, { $lookup: namesakes(account) });

/** Stages that read the logins of a household's adults, as `logins`, for `peopleOf`. */
export const withAdults = (account: Types.ObjectId) => ({
  $lookup: {
    from: User.collection.name,
    localField: 'adults',
    foreignField: '_id',
    pipeline: [LOGIN, { $lookup: namesakes(account) }],
    as: 'logins',
  },
});

/** Stages that read the logins of the teachers in a field, as `granted` and `named`, for `peopleOf`. */
export const withTeachers = (account: Types.ObjectId, field: string) => [
  {
    $lookup: {
      from: User.collection.name,
      localField: `${field}._id`,
      foreignField: 'grants.contact',
      // Makes the partial index usable.
      pipeline: [
        { $match: { 'grants.contact': { $exists: true } } },
        LOGIN,
        { $lookup: households(account) },
      ],
      as: 'granted',
    },
  },
  {
    $lookup: {
      from: User.collection.name,
      localField: `${field}.email`,
      foreignField: 'email',
      pipeline: [
        { $match: { email: { $gt: '' }, emailProvenAt: { $exists: true } } },
        LOGIN,
        { $lookup: households(account) },
      ],
      as: 'named',
    },
  },
];

const LOGIN = { $project: { email: 1, emailProvenAt: 1, grants: 1 } };

/** The same as `findPeople`, for some of the teachers whose logins were read together. */
export function peopleOf(logins: Login[], { _id, account, adults }: Family, teachers: Teacher[]): People {
  const granted = (login: Pick<User, 'grants'>) =>
    login.grants.flatMap((grant) => (grant.contact && grant.account.equals(account) ? [grant.contact] : []));
  const parents = logins.filter((login) => adults.some((id) => id.equals(login._id)));
  const sitting = logins.filter((login) =>
    teachers.some((teacher) => isTeacher(login, granted(login), teacher)),
  );
  const asTeachers = parents.flatMap(({ emailProvenAt, email, staff = [] }) =>
    emailProvenAt && email !== '' ? staff : [],
  );
  return {
    family: distinctIds([_id, ...parents.flatMap(granted), ...asTeachers.map((one) => one._id)]),
    teacher: distinctIds([...teachers, ...sitting.flatMap(({ homes = [] }) => homes)].map((one) => one._id)),
  };
}

/** A login, with the other people that it is at the school. */
export type Login = Pick<User, '_id' | 'email' | 'emailProvenAt' | 'grants'> & {
  /** The teachers and staff who have its address. Read of a household's adults. */
  staff?: { _id: Types.ObjectId }[];
  /** The households of this school in which it is an adult. Read of teachers. */
  homes?: { _id: Types.ObjectId }[];
};

const namesakes = (account: Types.ObjectId) => ({
  from: Contact.collection.name,
  localField: 'email',
  foreignField: 'email',
  pipeline: [
    { $match: { account, type: { $in: ['teacher', 'staff'] }, status: 'active' } },
    { $project: { _id: 1 } },
  ],
  as: 'staff',
});

const households = (account: Types.ObjectId) => ({
  from: Household.collection.name,
  localField: '_id',
  foreignField: 'adults',
  pipeline: [{ $match: { account } }, { $project: { _id: 1 } }],
  as: 'homes',
});

function tiedTo(teachers: Teacher[]): object[] {
  if (teachers.length === 0) return [];
  const emails = teachers.flatMap(({ email }) => email || []);
  return [
    // The type makes the partial index usable.
    { 'grants.contact': { $in: teachers.map(({ _id }) => _id), $exists: true } },
    ...(emails.length > 0 ? [{ email: { $in: emails }, emailProvenAt: { $exists: true } }] : []),
  ];
}

function isTeacher(login: Pick<User, 'email' | 'emailProvenAt'>, grants: Types.ObjectId[], teacher: Teacher) {
  const byEmail = teacher.email !== '' && login.email === teacher.email && login.emailProvenAt !== undefined;
  return byEmail || grants.some((id) => id.equals(teacher._id));
}
