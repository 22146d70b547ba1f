import { School } from '../models/school.js';

/** Something that names the school it is in. */
export interface In {
  building?: Pick<School, 'name' | 'address'>[];
}

/** A `$lookup` stage: the school that a field names. */
export const schoolBy = (localField: string) => [
  {
    $lookup: {
      from: School.collection.name,
      localField,
      foreignField: '_id',
      // What the office entered wins over the source's address.
      pipeline: [{ $project: { _id: 0, name: 1, address: { $ifNull: ['$address', '$synced.address'] } } }],
      as: 'building',
    },
  },
];
