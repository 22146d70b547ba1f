import type { Types } from 'mongoose';
import { findNamed } from '../reports/find-named.js';
import { readBatches } from '../web/read-batches.js';
import { isGuardian, recordIds, type Contact } from '../models/contact.js';
import { BATCH } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { inMany } from '../models/in-many.js';
import { isBlocked, User } from '../models/user.js';
import type { Audience } from './collect-audience.js';

/**
 * Finds the guardians of the audience's students: the parents and guardians that the roster or the school names, and adults with a proven
 * address who have the child on their list. Nobody is told about a child that is not theirs: a child that the school took away from
 * somebody is not, whatever the roster says, and the address of a blocked login gets nothing.
 */
export async function findFamilies(account: Types.ObjectId, audience: Audience): Promise<void> {
  const { households, indexOf, adultsOf } = await leaveOut(account, audience);
  for (const household of households)
    for (const { name, email, emailProvenAt } of adultsOf(household))
      if (emailProvenAt)
        for (const { student } of household.children)
          audience.add(email, name, indexOf.get(student.toHexString()), { isLogin: true });
  await addRoster(account, audience, indexOf);
}

/**
 * Notes the addresses that get nothing, and which student may not be told to whom.
 * @returns the students' households and their adults
 */
export async function leaveOut(account: Types.ObjectId, audience: Audience) {
  const ids = audience.students.map(({ _id }) => _id);
  const indexOf = new Map(ids.map((id, index) => [id.toHexString(), index]));
  const households = await Household.collection
    .find<Pick<Household, 'adults' | 'children' | 'removed'>>(
      {
        $or: [
          { account, 'children.student': { $in: ids } },
          { account, 'removed.student': inMany(ids) },
        ],
      },
      { projection: { _id: 0, adults: 1, 'children.student': 1, 'removed.student': 1 }, batchSize: BATCH },
    )
    .toArray();
  const users = await User.collection
    .find<Pick<User, '_id' | 'name' | 'email' | 'emailProvenAt' | 'blocks'>>(
      {
        $or: [
          { _id: { $in: households.flatMap(({ adults }) => adults) } },
          { 'blocks.account': { $eq: account, $exists: true } },
        ],
      },
      { projection: { name: 1, email: 1, emailProvenAt: 1, blocks: 1 }, batchSize: BATCH },
    )
    .toArray();
  const userOf = new Map(users.map((user) => [user._id.toHexString(), user]));
  for (const user of users) if (isBlocked(user, account)) audience.block(user.email);
  const adultsOf = ({ adults }: Pick<Household, 'adults'>) =>
    adults.flatMap((id) => userOf.get(id.toHexString()) ?? []);
  for (const household of households)
    for (const { student } of household.removed ?? [])
      for (const adult of adultsOf(household))
        audience.withhold(adult.email, indexOf.get(student.toHexString()));
  return { households, indexOf, adultsOf };
}

async function addRoster(
  account: Types.ObjectId,
  audience: Audience,
  indexOf: Map<string, number>,
): Promise<void> {
  const byRecord = new Map(
    audience.students.flatMap((student, index) => recordIds(student).map((id) => [id, index] as const)),
  );
  const named = findNamed<Named>(account, audience.students, NAMED, 5000);
  const add = (people: Named[]): void => {
    for (const person of people) {
      const { email, firstName, lastName, relations, tied = [] } = person;
      const name = [firstName, lastName].filter(Boolean).join(' ');
      const children = [
        ...relations.filter(isGuardian).map(({ student }) => byRecord.get(student)),
        ...tied
          .filter(({ relationship }) => isGuardian({ relationship, type: '' }))
          .map(({ student }) => indexOf.get(student.toHexString())),
      ];
      for (const child of children) audience.add(email, name, child);
    }
  };
  for await (const people of readBatches(named)) add(people);
}

const NAMED = { _id: 0, firstName: 1, lastName: 1, email: 1, relations: 1, tied: 1 } as const;
type Named = Pick<Contact, 'firstName' | 'lastName' | 'email' | 'relations' | 'tied'>;
