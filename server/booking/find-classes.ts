import type { Types } from 'mongoose';
import { Class } from '../models/class.js';
import { ask, type Question } from '../models/find-together.js';

/** The classes of an event that some students are in, by name. Each lists only those students. */
export function classesOf(event: Types.ObjectId, students: Types.ObjectId[]): Question<Class> {
  return ask<Class>(
    Class,
    { event, 'synced.students': { $in: students }, status: 'active' },
    { $set: { 'synced.students': { $setIntersection: ['$synced.students', students] } } },
    { $sort: { sortKey: 1 } },
  );
}
