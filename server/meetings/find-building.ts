import { School } from '../models/school.js';

/** Something with the school that it is in. */
export interface In {
  building?: Pick<School, 'name' | 'address'>[];
}

/** Finds it by the field that names it. */
export const schoolBy = (localField: string) => [
  {
    $lookup: {
      from: School.collection.name,
      localField,
      foreignField: '_id',
      // What the office entered comes before what the source says.
      pipeline: [{ $project: { _id: 0, name: 1, address: { $ifNull: ['$address', '$synced.address'] } } }],
      as: 'building',
    },
  },
];
