import type { Types } from 'mongoose';
import { Contact, contactName } from '../models/contact.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';

/**
 * The adults of some households by the households' ids, as "Pat Reed, Kim Reed". One query, and another for households that the school made
 * for a caller.
 */
export async function matchFamilies(
  account: Types.ObjectId,
  households: Types.ObjectId[],
): Promise<Map<string, string>> {
  const found = await Household.aggregate<{
    _id: Types.ObjectId;
    ofSchool?: boolean;
    keptFor?: Types.ObjectId;
    adults: Types.ObjectId[];
    users: { _id: Types.ObjectId; name: string }[];
  }>([
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
    { $project: { ofSchool: 1, keptFor: 1, adults: 1, users: 1 } },
  ]);
  const keptFor = await namesOfRoster(
    account,
    found.flatMap((one) => one.keptFor ?? []),
  );
  return new Map(
    found.map(({ _id, ofSchool, keptFor: person, adults, users }) => [
      _id.toHexString(),
      ofSchool
        ? 'Kept for the school'
        : person
          ? (keptFor.get(person.toHexString()) ?? '')
          : adults
              .map((adult) => users.find((user) => user._id.equals(adult))?.name ?? '')
              .filter(Boolean)
              .join(', '),
    ]),
  );
}

/** Adults of the roster by their ids. For a child without any, the text says so. */
async function namesOfRoster(account: Types.ObjectId, ids: Types.ObjectId[]): Promise<Map<string, string>> {
  if (ids.length === 0) return new Map();
  const people = await Contact.find(
    { _id: { $in: ids }, account },
    { type: 1, firstName: 1, lastName: 1, email: 1 },
  ).lean();
  return new Map(
    people.map((person) => [
      person._id.toHexString(),
      person.type === 'student' ? `Family of ${contactName(person)}` : contactName(person),
    ]),
  );
}
