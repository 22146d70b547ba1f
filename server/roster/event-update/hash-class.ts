import type { SyncedClass } from '../../models/class.js';
import { contentHash } from '../sources/roster-record.js';

/** By what a class is told to have changed: of all that the sync says of it, in a fixed order. */
export function hashClass(synced: Omit<SyncedClass, 'hash'>): string {
  const { name, type, course, subject, period, grade, term, school, teachers, students } = synced;
  return contentHash({ name, type, course, subject, period, grade, term, school, teachers, students });
}
