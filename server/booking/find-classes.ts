import type { Types } from 'mongoose';
import { Class } from '../models/class.js';
import { ask, type Question } from '../models/find-together.js';

/** The classes of an event in which some students are, by name; of each no student but those. */
export function classesOf(event: Types.ObjectId, students: Types.ObjectId[]): Question<Class> {
  return ask<Class>(
    Class,
    { event, 'synced.students': { $in: students }, status: 'active' },
    { $set: { 'synced.students': { $setIntersection: ['$synced.students', students] } } },
    { $sort: { sortKey: 1 } },
  );
}
