import type { Types } from 'mongoose';
import { Contact, contactName } from '../models/contact.js';
import { findTogether, rowsOf, type Question } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';

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
