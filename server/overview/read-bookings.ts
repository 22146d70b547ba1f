import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { PlacedEvent } from '../web/place.js';

/** What is booked with one holder of slots. */
export interface Booked {
  booked: number;
  problems: number;
  /** Of these at a time that could still be booked if it were free. */
  ahead: number;
  /** Whom it is about. */
  students: Set<string>;
}

/** A local day on which something was booked or canceled. One that takes the place of another is neither. */
export interface BookingDay {
  /** YYYY-MM-DD, in the event’s zone. */
  day: string;
  booked: number;
  canceled: number;
}

export interface Bookings {
  /** By the resource’s id. */
  by: Map<string, Booked>;
  /** In order; days on which nothing happened are left out. */
  days: BookingDay[];
}

interface Facets {
  by: {
    _id: Types.ObjectId;
    booked: number;
    problems: number;
    ahead: number;
    students: Types.ObjectId[][];
  }[];
  begun: { _id: string; count: number }[];
  ended: { _id: { day: string; isChange: boolean }; count: number }[];
}

/**
 * What is booked in an event, counted in the database by holder and by the day on which it was booked. A canceled appointment counts on
 * the day it was booked and is taken away on the day it was canceled; where a family changed its time, the old and the new one are the
 * same booking.
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
          {
            $group: {
              _id: '$resource',
              booked: { $sum: 1 },
              problems: { $sum: { $cond: [{ $eq: ['$state', 'problem'] }, 1, 0] } },
              ahead: { $sum: { $cond: [{ $gt: ['$from', bookable] }, 1, 0] } },
              students: { $push: '$students' },
            },
          },
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
  const by = (found?.by ?? []).map(({ _id, students, ...counts }): [string, Booked] => [
    _id.toHexString(),
    { ...counts, students: new Set(students.flat().map((id) => id.toHexString())) },
  ]);
  return { by: new Map(by), days: sumDays(found?.begun ?? [], found?.ended ?? []) };
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

/** How many of some slots’ appointments there are, by resource: of slots that parents can’t book, which take nobody’s place. */
export async function countOnClosed(
  { _id, account }: Pick<PlacedEvent, '_id' | 'account'>,
  slots: Types.ObjectId[],
): Promise<Map<string, number>> {
  if (slots.length === 0) return new Map();
  const rows = await Appointment.aggregate<{ _id: Types.ObjectId; count: number }>([
    { $match: { slot: { $in: slots }, state: { $in: LIVING_STATES }, event: _id, account } },
    { $group: { _id: '$resource', count: { $sum: 1 } } },
  ]);
  return new Map(rows.map((row) => [row._id.toHexString(), row.count]));
}
