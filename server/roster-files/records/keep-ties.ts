import type { CleverSection } from '../../clever/schema.js';
import type { FromFile } from './roster-files.js';
import { teachIn, UNREADABLE } from './teach-in.js';

/** A row of the enrolments of these classes could not be read, so nobody leaves them by this upload: people are only added. */
export function keepTies(sections: Iterable<FromFile<CleverSection>>): void {
  for (const section of sections)
    section.slotbell = { ...section.slotbell, tiesChange: section.slotbell?.tiesChange ?? { without: [] } };
}

/** The same of their teachers. */
export function keepTeachers(sections: Iterable<FromFile<CleverSection>>): void {
  for (const section of sections) teachIn(section, UNREADABLE);
}

/** Enrolments that name a person or a class which is nowhere. */
export class LostEnrollments {
  /** Classes with a person who is nowhere. */
  readonly classes = new Set<string>();
  /** Some name a class that is nowhere. */
  ofNoClass = false;

  /** The classes that somebody in these rows may be in: those with such a person, and those of which no row tells. */
  in<T extends CleverSection>(sections: ReadonlyMap<string, FromFile<T>>): FromFile<T>[] {
    return [...sections.values()].filter(
      ({ id, students }) => this.classes.has(id) || (this.ofNoClass && !students?.length),
    );
  }
}
