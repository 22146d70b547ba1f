import type { QueryFilter, Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Busy } from '../models/diary.js';
import { keepsNothing } from './check-holder.js';
import { utcDays } from './plan-needs.js';
import { readDiaries } from './read-diaries.js';

/** When one of some people has another meeting, or hold, during one of these; undefined where nobody has. */
export async function findBusy(
  people: Types.ObjectId[],
  which: QueryFilter<Appointment>,
  now: Date,
): Promise<Date | undefined> {
  const booked = await Appointment.find({ $and: [which, takesTime(now)] }, { from: 1, to: 1 }).lean();
  const days = new Set(booked.flatMap(({ from, to }) => utcDays(from, to)));
  if (days.size === 0) return undefined;
  const own = new Set(booked.map(({ _id }) => _id.toHexString()));
  const busy = await readBusy(people, [...days], now);
  const theirs = busy.filter(({ appointment }) => !own.has(String(appointment)));
  return booked.find(({ from, to }) => theirs.some((entry) => entry.from < to && from < entry.to))?.from;
}

/** The meetings and holds in some people's diaries, each with the person's id. */
export async function readBusy(
  people: Types.ObjectId[],
  days: string[],
  now: Date,
): Promise<(Busy & { person: string })[]> {
  const diaries = await readDiaries(people, days);
  const living = new Set(
    diaries.flatMap(({ by }) => by.filter((one) => !keepsNothing(one, now)).map(({ _id }) => String(_id))),
  );
  return diaries.flatMap(({ _id, busy }) =>
    busy
      .filter(({ appointment }) => living.has(String(appointment)))
      .map((entry) => ({ ...entry, person: _id.slice(0, _id.indexOf(':')) })),
  );
}

const takesTime = (now: Date): QueryFilter<Appointment> => ({
  $or: [{ state: { $in: LIVING_STATES } }, { state: 'pending', expiresAt: { $gt: now } }],
});
