import type { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';

type EventScope = Pick<Event, '_id' | 'account'>;

/** A holder of slots who takes part in the event, and what families can book there. */
export interface Holder {
  id: string;
  name: string;
  /** The teacher's contact; '' for a room or an activity. */
  contact: string;
  /** Families know where to go: there is a room or a video link. */
  hasPlace: boolean;
  slots: number;
  /** How many of these parents can book, or could before they were taken. */
  visible: number;
  /** How many families fit into slots that can still be booked, taken places included. */
  ahead: number;
  /** Colleagues’ slots in which they sit, and how many families fit into these. */
  sits: { slots: number; ahead: number };
}

export interface Holders {
  /** By name. */
  holders: Holder[];
  /** The number of slots in the event and on each day. */
  slots: number;
  slotsOn: Map<string, number>;
  /** Future slots that parents can’t book. */
  closed: Types.ObjectId[];
}

interface Row {
  _id: Types.ObjectId | { resource: Types.ObjectId; day: string } | { sitter: Types.ObjectId };
  name?: string;
  contact?: Types.ObjectId;
  room?: string;
  link?: string;
  slots?: number;
  visible?: number;
  ahead?: number;
  closed?: Types.ObjectId[];
}

/**
 * The holders that families can meet in an event, with their slots counted in the database; what was made by hand and is hidden is left
 * out.
 * @param bookable slots that begin later can be booked
 */
export async function readHolders(event: EventScope, bookable: Date): Promise<Holders> {
  const scope = { account: event.account, event: event._id };
  const isAhead = { $gt: ['$from', bookable] };
  const isVisible = { $eq: ['$state', 'visible'] };
  const slots = { $sum: 1 };
  const ahead = { $sum: { $cond: [{ $and: [isVisible, isAhead] }, '$capacity', 0] } };
  const rows = await Resource.aggregate<Row>([
    { $match: { ...scope, status: 'active', 'byHand.hidden': { $ne: true } } },
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
              ...{ slots, ahead },
              visible: { $sum: { $cond: [isVisible, 1, 0] } },
              closed: {
                $push: { $cond: [{ $and: [{ $not: [isVisible] }, isAhead] }, '$_id', '$$REMOVE'] },
              },
            },
          },
        ],
      },
    },
    {
      $unionWith: {
        coll: Slot.collection.name,
        pipeline: [
          { $match: { ...scope, with: { $exists: true } } },
          { $unwind: '$with' },
          { $group: { _id: { sitter: '$with' }, slots, ahead } },
        ],
      },
    },
  ]);
  const byId = new Map<string, Holder>();
  const slotsOn = new Map<string, number>();
  const closed: Types.ObjectId[] = [];
  let total = 0;
  for (const { _id, slots = 0, visible = 0, ahead = 0, ...row } of rows) {
    if ('sitter' in _id) {
      const sitter = byId.get(_id.sitter.toHexString());
      if (sitter) sitter.sits = { slots, ahead };
      continue;
    }
    if (!('resource' in _id)) {
      const { name = '', contact, room, link } = row;
      const hasPlace = Boolean(room) || Boolean(link);
      const id = _id.toHexString();
      byId.set(id, {
        ...{ id, name, contact: contact?.toHexString() ?? '', hasPlace },
        ...{ slots: 0, visible: 0, ahead: 0, sits: { slots: 0, ahead: 0 } },
      });
      continue;
    }
    total += slots;
    slotsOn.set(_id.day, (slotsOn.get(_id.day) ?? 0) + slots);
    closed.push(...(row.closed ?? []));
    const holder = byId.get(_id.resource.toHexString());
    if (!holder) continue;
    holder.slots += slots;
    holder.visible += visible;
    holder.ahead += ahead;
  }
  return { holders: [...byId.values()], slots: total, slotsOn, closed };
}

/**
 * Whether parents find a holder: a teacher through a bookable class, something made by hand by itself.
 * @param teaching the contacts of people who teach such a class
 */
export function isFound(
  { contact }: Pick<Holder, 'contact'>,
  teaching: { has: (contact: string) => boolean },
): boolean {
  return contact === '' || teaching.has(contact);
}
