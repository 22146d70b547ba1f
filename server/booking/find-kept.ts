import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Contact, isGuardian, recordIds } from '../models/contact.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { ask, findTogether, type Question } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';
import { distinctIds } from '../web/lists.js';

/** A household that the office made for an adult of the roster, and the children whose guardian that adult is. */
export interface Kept {
  household: Household & { keptFor: Types.ObjectId };
  guarded: Types.ObjectId[];
}

type Candidate = Pick<Contact, '_id' | 'account' | 'relations' | 'tied'> & { homes: Household[] };

/** An adult's households in all schools, and the contacts of their rosters that the login may be, if they were read. */
export interface Homes {
  own: Household[];
  people?: Candidate[] | undefined;
}

/**
 * Finds an adult's own household, if there is one, and the households that the office made for an adult of the roster before they had a
 * login; several contacts may have the address. A kept household is theirs if their address is proven and the roster or the school ties
 * that address to each child in it as a guardian. A household with nothing in it is left out.
 * @param read what `askHomes` has just found; without people, an own household is the answer
 */
export async function findOwnAndKept(
  account: Types.ObjectId,
  adult: Types.ObjectId,
  read?: Homes,
): Promise<{ own: Household | undefined; kept: Kept[] }> {
  const ofSchool = (one: { account: Types.ObjectId }) => one.account.equals(account);
  const ownRead = read?.own.find(ofSchool);
  if (ownRead && !read?.people) return { own: ownRead, kept: [] };
  const found = read?.people
    ? { ...read, people: read.people }
    : await findTogether(askHomes(adult, account));
  const people = found.people.filter((person) => ofSchool(person) && person.homes.length > 0);
  const homes = people.flatMap((person) => person.homes);
  const kept: Kept[] = [];
  for (const { keptFor, ...household } of homes.sort((a, b) => (String(a._id) < String(b._id) ? -1 : 1))) {
    const person = people.find(({ _id }) => keptFor?.equals(_id));
    const guarded = distinctIds([
      ...household.children.map(({ student }) => student),
      ...(await Appointment.distinct('students', { household: household._id })),
    ]);
    if (keptFor && person && guarded.length > 0 && (await guardsAll(person, account, guarded)))
      kept.push({ household: { ...household, keptFor }, guarded });
  }
  return { own: found.own.find(ofSchool), kept };
}

/**
 * The questions for an adult's households.
 * @param account absent: in all schools where the login has a grant
 */
export function askHomes(
  adult: Types.ObjectId,
  account?: Types.ObjectId,
): { own: Question<Household>; people: Question<Candidate> } {
  const { name: from } = Household.collection;
  const ofGrants = { from, localField: 'grants.account', foreignField: 'account', as: 'own' };
  return {
    own: account
      ? ask<Household>(Household, { account, adults: adult })
      : ask<User, Household>(
          User,
          { _id: adult },
          { $lookup: { ...ofGrants, pipeline: [{ $match: { adults: adult } }] } },
          ...alone('own'),
        ),
    people: ask<User, Candidate>(
      User,
      // Everybody without an address has the empty one.
      { _id: adult, emailProvenAt: { $exists: true }, email: { $gt: '' } },
      { $lookup: namesakes(account) },
      ...alone('people'),
    ),
  };
}

/** Stages that leave only the documents of one field. */
const alone = (field: string) => [{ $unwind: `$${field}` }, { $replaceRoot: { newRoot: `$${field}` } }];

/** The contacts that a login may be, by its address, with the households that the office keeps for them. */
const namesakes = (account: Types.ObjectId | undefined) => ({
  from: Contact.collection.name,
  as: 'people',
  let: { email: '$email' },
  ...(account
    ? { localField: 'email', foreignField: 'email' }
    : { localField: 'grants.account', foreignField: 'account' }),
  pipeline: [
    {
      $match: {
        ...(account ? { account } : { $expr: { $eq: ['$email', '$$email'] } }),
        type: { $ne: 'student' },
        status: 'active',
      },
    },
    { $project: { account: 1, relations: 1, tied: 1 } },
    {
      $lookup: {
        from: Household.collection.name,
        localField: '_id',
        foreignField: 'adults',
        let: { school: '$account' },
        pipeline: [{ $match: { $expr: { $eq: ['$account', '$$school'] }, keptFor: { $exists: true } } }],
        as: 'homes',
      },
    },
  ],
});

async function guardsAll(
  { relations, tied = [] }: Pick<Contact, 'relations' | 'tied'>,
  account: Types.ObjectId,
  children: Types.ObjectId[],
): Promise<boolean> {
  const students = await Contact.find({ _id: { $in: children }, account }, { record: 1 }).lean();
  const guarded = new Set([
    ...relations.filter(isGuardian).map(({ student }) => student),
    ...tied
      .filter(({ relationship }) => isGuardian({ relationship, type: '' }))
      .map(({ student }) => String(student)),
  ]);
  return (
    students.length === children.length &&
    students.every((student) => [...recordIds(student), String(student._id)].some((id) => guarded.has(id)))
  );
}

/** Part of a filter: matches only while the household has no child beside those that were checked. */
export const onlyWith = (children: Types.ObjectId[]) => ({
  $nor: [{ children: { $elemMatch: { student: { $nin: children } } } }],
});

/** Makes a kept household the login's own, with its id and appointments. Null if it is not theirs, or they have one already. */
export async function takeKept(
  { household: { _id, account, keptFor }, guarded }: Kept,
  adult: Types.ObjectId,
): Promise<Household | null> {
  try {
    return await Household.findOneAndUpdate(
      { _id, account, keptFor, adults: keptFor, ...onlyWith(guarded) },
      { $set: { adults: [adult] }, $unset: { keptFor: 1 } },
      { returnDocument: 'after' },
    ).lean();
  } catch (error) {
    if (isDuplicateKey(error)) return null;
    throw error;
  }
}
