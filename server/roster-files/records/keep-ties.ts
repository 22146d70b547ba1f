import type { CleverSection } from '../../clever/schema.js';
import type { FromFile } from './roster-files.js';
import { teachIn, UNREADABLE } from './teach-in.js';

/** Keeps the students of these classes, as a row of their enrollments could not be read: people are only added. */
export function keepTies(sections: Iterable<FromFile<CleverSection>>): void {
  for (const section of sections)
    section.slotbell = { ...section.slotbell, tiesChange: section.slotbell?.tiesChange ?? { without: [] } };
}

/** Keeps the teachers of these classes in the same way. */
export function keepTeachers(sections: Iterable<FromFile<CleverSection>>): void {
  for (const section of sections) teachIn(section, UNREADABLE);
}

/** Enrollments that name a person or a class that does not exist. */
export class LostEnrollments {
  /** Classes with an unknown person. */
  readonly classes = new Set<string>();
  /** Whether some name an unknown class. */
  ofNoClass = false;

  /** The classes that somebody in these rows may be in: those with an unknown person, and those that no row names. */
  in<T extends CleverSection>(sections: ReadonlyMap<string, FromFile<T>>): FromFile<T>[] {
    return [...sections.values()].filter(
      ({ id, students }) => this.classes.has(id) || (this.ofNoClass && !students?.length),
    );
  }
}
