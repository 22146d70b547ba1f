import type { Types } from 'mongoose';
import { Contact, contactName } from '../models/contact.js';
import { findTogether, rowsOf, type Question } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';
import { distinctIds } from '../web/lists.js';

/** Whom a household is of. */
export interface FamilyNames {
  /** Of its adults, or of whom the school keeps it for. */
  names: string[];
  /** As lists have them: "Pat Reed, Kim Reed". */
  said: string;
}

/**
 * The names of some households by their ids, of thousands as well. Two queries, and one where the school made some for callers. They go past
 * mongoose, which would look at each id.
 */
export async function readFamilies(
  account: Types.ObjectId,
  households: Types.ObjectId[],
): Promise<Map<string, FamilyNames>> {
  const found = await Household.collection
    .find<Pick<Household, '_id' | 'adults' | 'ofSchool' | 'keptFor'>>(
      { _id: { $in: households }, account },
      { projection: { adults: 1, ofSchool: 1, keptFor: 1 } },
    )
    .toArray();
  const [nameOf, keptFor] = await Promise.all([
    namesOfLogins(distinctIds(found.flatMap(({ adults }) => adults))),
    namesOfRoster(
      account,
      found.flatMap((one) => one.keptFor ?? []),
    ),
  ]);
  return new Map(
    found.map(({ _id, ofSchool, keptFor: person, adults }) => {
      const kept = person && keptFor.get(person.toHexString());
      const names = person
        ? [kept?.name ?? '']
        : adults.map((adult) => nameOf.get(adult.toHexString()) ?? '');
      const known = names.filter(Boolean);
      const said = ofSchool ? 'Kept for the school' : person ? (kept?.said ?? '') : known.join(', ');
      return [_id.toHexString(), { names: known, said }];
    }),
  );
}

/** The same names as `matchFamilies` has them, of thousands of households. */
export async function sayFamilies(
  account: Types.ObjectId,
  households: Types.ObjectId[],
): Promise<Map<string, string>> {
  const families = await readFamilies(account, households);
  return new Map([...families].map(([id, { said }]) => [id, said]));
}

async function namesOfLogins(ids: Types.ObjectId[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const users = await User.collection
    .find<Pick<User, '_id' | 'name'>>({ _id: { $in: ids } }, { projection: { name: 1 } })
    .toArray();
  return new Map(users.map(({ _id, name }) => [_id.toHexString(), name]));
}

/** Adults of the roster by their ids. For a child without any, the text says so. */
async function namesOfRoster(
  account: Types.ObjectId,
  ids: Types.ObjectId[],
): Promise<Map<string, { name: string; said: string }>> {
  if (ids.length === 0) return new Map();
  const people = await Contact.find(
    { _id: { $in: ids }, account },
    { type: 1, firstName: 1, lastName: 1, email: 1 },
  ).lean();
  return new Map(
    people.map((person) => [
      person._id.toHexString(),
      {
        name: [person.firstName, person.lastName].filter(Boolean).join(' '),
        said: person.type === 'student' ? `Family of ${contactName(person)}` : contactName(person),
      },
    ]),
  );
}

/** A household with whoever belongs to it. */
export interface NamedHousehold extends Pick<Household, '_id' | 'ofSchool' | 'adults'> {
  users: Pick<User, '_id' | 'name'>[];
  /** For whom of the roster the school made it. */
  kept: Pick<Contact, 'type' | 'firstName' | 'lastName' | 'email'>[];
}

/** Some households, to be read together with what else a page needs, and named by `nameFamilies`. */
export function askFamilies(account: Types.ObjectId, households: Types.ObjectId[]): Question<NamedHousehold> {
  return rowsOf(Household, [
    { $match: { _id: { $in: households }, account } },
    {
      $lookup: {
        from: User.collection.name,
        localField: 'adults',
        foreignField: '_id',
        pipeline: [{ $project: { name: 1 } }],
        as: 'users',
      },
    },
    {
      $lookup: {
        from: Contact.collection.name,
        localField: 'keptFor',
        foreignField: '_id',
        pipeline: [{ $match: { account } }, { $project: { type: 1, firstName: 1, lastName: 1, email: 1 } }],
        as: 'kept',
      },
    },
    { $project: { ofSchool: 1, adults: 1, users: 1, kept: 1 } },
  ]);
}

/** The adults of some households by their ids, as "Pat Reed, Kim Reed"; of a child without any it says so. */
export function nameFamilies(households: NamedHousehold[]): Map<string, string> {
  return new Map(households.map((one) => [one._id.toHexString(), nameOf(one)]));
}

function nameOf({ ofSchool, adults, users, kept: [person] }: NamedHousehold): string {
  if (ofSchool) return 'Kept for the school';
  if (person) return person.type === 'student' ? `Family of ${contactName(person)}` : contactName(person);
  return adults
    .map((adult) => users.find((user) => user._id.equals(adult))?.name ?? '')
    .filter(Boolean)
    .join(', ');
}

/** The names of some households, by their ids. One query. */
export async function matchFamilies(
  account: Types.ObjectId,
  households: Types.ObjectId[],
): Promise<Map<string, string>> {
  const { found } = await findTogether({ found: askFamilies(account, households) });
  return nameFamilies(found);
}
