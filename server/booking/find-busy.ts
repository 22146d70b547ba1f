import type { QueryFilter, Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Diary } from '../models/diary.js';
import { utcDays } from './plan-needs.js';

/**
 * When one of some people has another meeting while one of those appointments takes place; undefined where none has. What is on hold counts
 * on either side: it may be booked in a moment.
 */
export async function findBusy(
  people: Types.ObjectId[],
  which: QueryFilter<Appointment>,
  now: Date,
): Promise<Date | undefined> {
  const booked = await Appointment.find({ $and: [which, takesTime(now)] }, { from: 1, to: 1 }).lean();
  const days = new Set(booked.flatMap(({ from, to }) => utcDays(from, to)));
  const ids = people.flatMap((person) => [...days].map((day) => `${person.toHexString()}:${day}`));
  if (ids.length === 0) return undefined;
  const own = new Set(booked.map(({ _id }) => _id.toHexString()));
  const met = (await Diary.find({ _id: { $in: ids } }).lean())
    .flatMap(({ busy }) => busy)
    .filter(({ appointment }) => !own.has(appointment.toHexString()))
    .flatMap((entry) => {
      const at = booked.find(({ from, to }) => entry.from < to && from < entry.to)?.from;
      return at ? [{ at, appointment: entry.appointment }] : [];
    });
  if (met.length === 0) return undefined;
  const living = await Appointment.find(
    { _id: { $in: met.map(({ appointment }) => appointment) }, ...takesTime(now) },
    { _id: 1 },
  ).lean();
  return met.find(({ appointment }) => living.some(({ _id }) => _id.equals(appointment)))?.at;
}

const takesTime = (now: Date): QueryFilter<Appointment> => ({
  $or: [{ state: { $in: LIVING_STATES } }, { state: 'pending', expiresAt: { $gt: now } }],
});
