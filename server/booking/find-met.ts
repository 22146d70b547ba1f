import type { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';

interface Met {
  /** The resources of the teachers, by name. */
  resources: Resource[];
  /** The ids of those, and of what was made by hand, that have a time, free or not. */
  withTimes: Set<string>;
}

/** Finds, by one query, the resources of some teachers in an event, and which of them and of what was made by hand have times. */
export async function findMet(
  event: Pick<Event, '_id'>,
  contacts: Types.ObjectId[],
  byHand: readonly Pick<Resource, '_id'>[],
): Promise<Met> {
  const held = await Resource.aggregate<Resource & { times: unknown[] }>([
    {
      $match: {
        $or: [
          { event: event._id, contact: { $in: contacts }, status: 'active' },
          { _id: { $in: byHand.map(({ _id }) => _id) } },
        ],
      },
    },
    { $sort: { sortKey: 1 } },
    {
      $lookup: {
        from: Slot.collection.name,
        localField: '_id',
        foreignField: 'resource',
        pipeline: [{ $limit: 1 }, { $project: { _id: 1 } }],
        as: 'times',
      },
    },
  ]);
  return {
    resources: held.filter(({ contact }) => contact && contacts.some((id) => id.equals(contact))),
    withTimes: new Set(held.filter(({ times }) => times.length > 0).map(({ _id }) => String(_id))),
  };
}
