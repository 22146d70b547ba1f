import type { Types } from 'mongoose';
import { Household } from '../models/household.js';
import { User } from '../models/user.js';

/** The adults of some households by their ids, as "Pat Reed, Kim Reed". One query. */
export async function matchFamilies(
  account: Types.ObjectId,
  households: Types.ObjectId[],
): Promise<Map<string, string>> {
  const found = await Household.aggregate<{
    _id: Types.ObjectId;
    ofSchool?: boolean;
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
    { $project: { ofSchool: 1, adults: 1, users: 1 } },
  ]);
  return new Map(
    found.map(({ _id, ofSchool, adults, users }) => [
      _id.toHexString(),
      ofSchool
        ? 'Kept for the school'
        : adults
            .map((adult) => users.find((user) => user._id.equals(adult))?.name ?? '')
            .filter(Boolean)
            .join(', '),
    ]),
  );
}
