import type { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';

type EventScope = Pick<Event, '_id' | 'account'>;

/** A holder of slots who takes part in the event, and what families can book of it. */
export interface Holder {
  id: string;
  name: string;
  /** The teacher's contact; '' of a room or an activity. */
  contact: string;
  /** Families know where to go: there is a room or a video link. */
  hasPlace: boolean;
  slots: number;
  /** Families that have room in slots which can still be booked, booked or not. */
  ahead: number;
}

export interface Holders {
  /** By name. */
  holders: Holder[];
  /** Slots of the event, and how many are on each day. */
  slots: number;
  slotsOn: Map<string, number>;
  /** Slots that are still to come and that parents can’t book. */
  closed: Types.ObjectId[];
}

interface Row {
  _id: Types.ObjectId | { resource: Types.ObjectId; day: string };
  name?: string;
  contact?: Types.ObjectId;
  room?: string;
  link?: string;
  slots?: number;
  ahead?: number;
  closed?: Types.ObjectId[];
}

/** Who holds slots in an event, with their slots counted in the database. @param bookable slots that begin later can be booked */
export async function readHolders(event: EventScope, bookable: Date): Promise<Holders> {
  const scope = { account: event.account, event: event._id };
  const isAhead = { $gt: ['$from', bookable] };
  const isVisible = { $eq: ['$state', 'visible'] };
  const rows = await Resource.aggregate<Row>([
    { $match: { ...scope, status: 'active' } },
    { $sort: { sortKey: 1 } },
    { $project: { name: 1, contact: 1, room: 1, link: 1 } },
    {
      $unionWith: {
        coll: Slot.collection.name,
        pipeline: [
          { $match: scope },
          {
            $group: {
              _id: { resource: '$resource', day: '$day' },
              slots: { $sum: 1 },
              ahead: { $sum: { $cond: [{ $and: [isVisible, isAhead] }, '$capacity', 0] } },
              closed: {
                $push: { $cond: [{ $and: [{ $not: [isVisible] }, isAhead] }, '$_id', '$$REMOVE'] },
              },
            },
          },
        ],
      },
    },
  ]);
  const byId = new Map<string, Holder>();
  const slotsOn = new Map<string, number>();
  const closed: Types.ObjectId[] = [];
  let total = 0;
  for (const { _id, slots = 0, ahead = 0, ...row } of rows) {
    if (!('resource' in _id)) {
      const { name = '', contact, room, link } = row;
      const hasPlace = Boolean(room) || Boolean(link);
      const id = _id.toHexString();
      byId.set(id, { id, name, contact: contact?.toHexString() ?? '', hasPlace, slots: 0, ahead: 0 });
      continue;
    }
    total += slots;
    slotsOn.set(_id.day, (slotsOn.get(_id.day) ?? 0) + slots);
    closed.push(...(row.closed ?? []));
    const holder = byId.get(_id.resource.toHexString());
    if (!holder) continue;
    holder.slots += slots;
    holder.ahead += ahead;
  }
  return { holders: [...byId.values()], slots: total, slotsOn, closed };
}
