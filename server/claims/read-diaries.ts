import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Diary } from '../models/diary.js';
import { HOLDER_FIELDS, type HolderOf } from './check-holder.js';

/** A `$lookup` stage: the appointments that a field names, as `by`. */
export const holdersIn = (localField: string) => ({
  from: Appointment.collection.name,
  localField,
  foreignField: '_id',
  pipeline: [{ $project: HOLDER_FIELDS }],
  as: 'by',
});

/** Some people's days, each with the appointments that it names. The reader judges by those whether an entry counts. */
export async function readDiaries(
  people: Types.ObjectId[],
  days: string[],
): Promise<(Diary & { by: HolderOf[] })[]> {
  if (people.length === 0 || days.length === 0) return [];
  return Diary.aggregate<Diary & { by: HolderOf[] }>(enteredIn(people, days));
}

/** Stages that read the same. */
export function enteredIn(people: Types.ObjectId[], days: string[]) {
  const ids = people.flatMap((person) => days.map((day) => `${person.toHexString()}:${day}`));
  return [{ $match: { _id: { $in: ids } } }, { $lookup: holdersIn('busy.appointment') }];
}
