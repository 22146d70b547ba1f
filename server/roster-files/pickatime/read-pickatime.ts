import type { ListName } from '../../sources/records/lists.js';
import { Collected, pour } from '../records/collect-objects.js';
import { DISTRICT, OWN_SCHOOL, type PickatimeLists } from './pickatime-lists.js';
import type { Reading } from '../../tables/reading.js';
import type { FilesRead, KnownRoster, RosterSink } from '../records/roster-files.js';
import { readParents, readStudents, readTeachers } from './read-pickatime-people.js';
import { readClasses, readEnrollment } from './read-pickatime-classes.js';

/** What each file brings; any of them may be missing. */
const EXPECTED: readonly [string, ListName][] = [
  ['students', 'students'],
  ['teachers', 'teachers'],
  ['classes', 'sections'],
  ['parents', 'contacts'],
];

/**
 * Reads pickAtime's six tab-delimited files (students, teachers, classes, enrollment, parents, parent-student). They add and change; a row
 * with Action=delete removes. So no list is complete, and people who are not named stay.
 */
export async function readPickatime(
  reading: Reading,
  sink: RosterSink,
  known: KnownRoster,
): Promise<Pick<FilesRead, 'counts' | 'expected' | 'complete'>> {
  const lists: PickatimeLists = {
    students: new Collected(reading),
    teachers: new Collected(reading),
    sections: new Collected(reading),
    contacts: new Collected(reading),
  };
  await readStudents(reading, lists, known);
  const students = await pour(sink, 'students', lists.students);
  lists.students.release();
  await readTeachers(reading, lists, known);
  await readClasses(reading, lists, known);
  await readEnrollment(reading, lists, known);
  await readParents(reading, lists, known);
  await sink.write('schools', [{ id: OWN_SCHOOL, district: DISTRICT }]);
  return {
    counts: {
      schools: 1,
      students,
      teachers: await pour(sink, 'teachers', lists.teachers),
      sections: await pour(sink, 'sections', lists.sections),
      contacts: await pour(sink, 'contacts', lists.contacts),
    },
    expected: EXPECTED.filter(([table]) => reading.has(table)).map(([, list]) => list),
    complete: {},
  };
}
