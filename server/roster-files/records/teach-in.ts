import type { CleverSection } from '../../clever/schema.js';
import { addId } from './add-once.js';

/** Stands in a list of people for somebody whom the files name in a way that nobody can read: then the list does not tell who left. */
export const UNREADABLE = '';

/** One more teacher of a class; the first one is the primary one. */
export function teachIn(section: CleverSection, teacher: string): void {
  if (teacher !== UNREADABLE) section.teacher ??= teacher;
  addId((section.teachers ??= []), teacher);
}
