import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots, SLOT_COUNT } from '../models/appointment-slots.js';
import { Slot } from '../models/slot.js';
import type { PlacedEvent } from '../web/place.js';

/** The appointments with one holder of slots; of a longer one each slot counts. */
export interface Booked {
  booked: number;
  problems: number;
  /** How many of these take a place that could still be booked. */
  ahead: number;
  /** The same for appointments in a colleague's slot in which they sit. */
  sat: { booked: number; ahead: number };
  /** The students of all these appointments. */
  students: Set<string>;
}

/** A local day on which something was booked or canceled. Replacing one appointment by another is neither. */
export interface BookingDay {
  /** YYYY-MM-DD, in the event’s zone. */
  day: string;
  booked: number;
  canceled: number;
}

export interface Bookings {
  /** By the resource’s id. */
  by: Map<string, Booked>;
  /** In order; days without bookings and cancellations are left out. */
  days: BookingDay[];
}

interface Group {
  _id: { holder: Types.ObjectId; isOwn: boolean };
  booked: number;
  problems: number;
  ahead: number;
  students: Types.ObjectId[][];
}

interface Facets {
  by: Group[];
  /** Of longer ones that have begun, the slots that have not. */
  going: Pick<Group, '_id' | 'ahead'>[];
  begun: { _id: string; count: number }[];
  ended: { _id: { day: string; isChange: boolean }; count: number }[];
}

/** Makes one row of an appointment for everybody who sits in it. */
const BY_HOLDER = [
  { $set: { holder: { $concatArrays: [['$resource'], { $ifNull: ['$with', []] }] } } },
  { $unwind: '$holder' },
];
const HOLDER = { holder: '$holder', isOwn: { $eq: ['$holder', '$resource'] } };

/**
 * The appointments of an event, counted in the database by holder and by the day on which they were booked. A canceled appointment counts
 * on the day it was booked and is subtracted on the day it was canceled. If a family changed its time, the old and the new appointment are
 * one booking.
 * @param bookable slots that begin later can be booked
 */
export async function readBookings(event: PlacedEvent, bookable: Date): Promise<Bookings> {
  const dayOf = (date: unknown) => ({
    $dateToString: { date, format: '%Y-%m-%d', timezone: event.timeZone },
  });
  const bookedAt = { $ifNull: ['$bookedAt', '$createdAt'] };
  const isLiving = { $match: { state: { $in: LIVING_STATES } } };
  const [found] = await Appointment.aggregate<Facets>([
    {
      $match: {
        event: event._id,
        account: event.account,
        state: { $in: [...LIVING_STATES, 'cancelled'] },
      },
    },
    {
      $facet: {
        by: [
          isLiving,
          ...BY_HOLDER,
          {
            $group: {
              _id: HOLDER,
              booked: { $sum: SLOT_COUNT },
              problems: { $sum: { $cond: [{ $eq: ['$state', 'problem'] }, 1, 0] } },
              ahead: { $sum: { $cond: [{ $gt: ['$from', bookable] }, SLOT_COUNT, 0] } },
              students: { $push: '$students' },
            },
          },
        ],
        going: [
          isLiving,
          { $match: { from: { $lte: bookable }, to: { $gt: bookable }, more: { $exists: true } } },
          {
            $lookup: {
              from: Slot.collection.name,
              localField: 'more',
              foreignField: '_id',
              pipeline: [{ $match: { from: { $gt: bookable } } }, { $project: { _id: 1 } }],
              as: 'later',
            },
          },
          ...BY_HOLDER,
          { $group: { _id: HOLDER, ahead: { $sum: { $size: '$later' } } } },
        ],
        begun: [{ $group: { _id: dayOf(bookedAt), count: { $sum: 1 } } }],
        ended: [
          { $match: { state: 'cancelled' } },
          {
            $group: {
              _id: {
                day: dayOf({ $ifNull: ['$cancelledAt', bookedAt] }),
                isChange: { $eq: ['$cancelledBy', 'change'] },
              },
              count: { $sum: 1 },
            },
          },
        ],
      },
    },
  ]);
  return {
    by: sumHolders(found?.by ?? [], found?.going ?? []),
    days: sumDays(found?.begun ?? [], found?.ended ?? []),
  };
}

function sumHolders(groups: Group[], going: Facets['going']): Bookings['by'] {
  const by: Bookings['by'] = new Map();
  for (const { _id, booked, problems, ahead, students } of groups) {
    const none = {
      booked: 0,
      problems: 0,
      ahead: 0,
      sat: { booked: 0, ahead: 0 },
      students: new Set<string>(),
    };
    const one = by.get(_id.holder.toHexString()) ?? none;
    by.set(_id.holder.toHexString(), one);
    if (_id.isOwn) Object.assign(one, { booked, problems, ahead });
    else one.sat = { booked, ahead };
    for (const student of students.flat()) one.students.add(student.toHexString());
  }
  // Whoever has one that goes on is among the groups.
  for (const { _id, ahead } of going) {
    const one = by.get(_id.holder.toHexString());
    if (one) (_id.isOwn ? one : one.sat).ahead += ahead;
  }
  return by;
}

function sumDays(begun: Facets['begun'], ended: Facets['ended']): BookingDay[] {
  const days = new Map<string, BookingDay>();
  const on = (day: string): BookingDay => {
    const known = days.get(day) ?? { day, booked: 0, canceled: 0 };
    days.set(day, known);
    return known;
  };
  for (const { _id, count } of begun) on(_id).booked += count;
  for (const { _id, count } of ended) {
    if (_id.isChange) on(_id.day).booked -= count;
    else on(_id.day).canceled += count;
  }
  return [...days.values()].sort((a, b) => (a.day < b.day ? -1 : 1));
}

export interface OnClosed {
  own: Map<string, number>;
  sat: Map<string, number>;
}

/**
 * How many appointments some slots have, by holder: in own slots and in colleagues’ slots. For slots that parents can’t book, whose
 * appointments take nobody’s place.
 */
export async function countOnClosed(
  { _id, account }: Pick<PlacedEvent, '_id' | 'account'>,
  slots: Types.ObjectId[],
): Promise<OnClosed> {
  const counts: OnClosed = { own: new Map(), sat: new Map() };
  if (slots.length === 0) return counts;
  const rows = await Appointment.aggregate<{ _id: Group['_id']; count: number }>([
    { $match: { ...inSlots(slots), state: { $in: LIVING_STATES }, event: _id, account } },
    { $set: { all: { $concatArrays: [['$slot'], { $ifNull: ['$more', []] }] } } },
    ...BY_HOLDER,
    { $group: { _id: HOLDER, count: { $sum: { $size: { $setIntersection: ['$all', slots] } } } } },
  ]);
  for (const { _id, count } of rows) counts[_id.isOwn ? 'own' : 'sat'].set(_id.holder.toHexString(), count);
  return counts;
}
