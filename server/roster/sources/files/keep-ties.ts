import type { CleverSection } from '../../../clever/schema.js';
import type { FromFile } from './roster-files.js';

/** A row of the enrolments could not be read, so nobody leaves a class by this upload: people are only added. */
export function keepTies(sections: Iterable<FromFile<CleverSection>>): void {
  for (const section of sections)
    section.slotbell = { ...section.slotbell, tiesChange: section.slotbell?.tiesChange ?? { without: [] } };
}
