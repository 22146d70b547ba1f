import type { CleverSection } from '../../clever/schema.js';
import { addId } from './add-once.js';

/** Stands in a list of people for somebody whose name in the files cannot be read: then the list does not say who left. */
export const UNREADABLE = '';

/** Adds a teacher to a class; the first one is the primary one. */
export function teachIn(section: CleverSection, teacher: string): void {
  if (teacher !== UNREADABLE) section.teacher ??= teacher;
  addId((section.teachers ??= []), teacher);
}
