import type { CleverCourse, CleverObject, CleverSchool, CleverTerm } from '../../clever/schema.js';
import { cleanDate } from '../../sources/records/clean-text.js';
import type { ListName } from '../../sources/records/lists.js';
import { Collected, pour } from '../records/collect-objects.js';
import { dateOf, DISTRICT, isGone, type OneRoster } from './oneroster.js';
import { dateIn } from '../records/keep-unread.js';
import { readManifest } from './read-manifest.js';
import { readOneRosterClasses } from './read-oneroster-classes.js';
import { readOneRosterUsers } from './read-oneroster-users.js';
import { readTable } from '../../tables/read-table.js';
import type { Row, Reading } from '../../tables/reading.js';
import { recordId } from '../records/record-id.js';
import { restoreIds } from '../records/restore-ids.js';
import { requireTables } from '../../tables/require-tables.js';
import type { FilesRead, KnownRoster, RosterSink } from '../records/roster-files.js';

/**
 * Reads a OneRoster 1.1 or 1.2 CSV export (1EdTech). 1.1 has one role for each user in users.csv, 1.2 any number in roles.csv. The manifest
 * says of each file whether it is complete; from one with changes only, records marked "tobedeleted" leave.
 */
export async function readOneRoster(
  reading: Reading,
  sink: RosterSink,
  known: KnownRoster,
  today: string,
): Promise<Pick<FilesRead, 'counts' | 'expected' | 'complete'>> {
  requireTables(reading, ['manifest']);
  const manifest = await readManifest(reading);
  const core = ['orgs', 'academicSessions', 'courses', 'classes', 'users', 'enrollments'];
  // An export of changes may lack files without changes, but not all of them.
  const whole = core.every((table) => manifest.modeOf(table) !== 'delta');
  // A file that the manifest calls absent is not part of the export.
  if (whole)
    requireTables(
      reading,
      core.filter((table) => !manifest.isLeftOut(table)),
    );
  const part: OneRoster = {
    reading,
    manifest,
    known,
    today,
    schools: new Collected(reading),
    terms: new Collected(reading),
    courses: new Collected(reading),
  };
  await readOrgs(part);
  await readSessions(part);
  await readCourses(part);
  const people = await readOneRosterUsers(part);
  const counts = await people.pour(sink);
  const { sections, complete } = await readOneRosterClasses(part, people.users);
  const bulk = (table: string, { isDoubtful }: { isDoubtful: boolean }): boolean =>
    manifest.modeOf(table) === 'bulk' && !isDoubtful;
  return {
    counts: {
      schools: await pour(sink, 'schools', part.schools),
      terms: await pour(sink, 'terms', part.terms),
      courses: await pour(sink, 'courses', part.courses),
      sections: await pour(sink, 'sections', sections),
      ...counts,
    },
    expected: whole ? EXPECTED.filter(([table]) => !manifest.isLeftOut(table)).map(([, list]) => list) : [],
    complete: {
      schools: bulk('orgs', part.schools),
      terms: bulk('academicSessions', part.terms),
      courses: bulk('courses', part.courses),
      sections: complete,
      ...people.complete,
    },
  };
}

/** What a complete export should bring. */
const EXPECTED: readonly [string, ListName][] = [
  ['users', 'students'],
  ['users', 'teachers'],
  ['classes', 'sections'],
];

/** Where records go that a table holds one a row. */
interface OwnTable<T extends CleverObject> {
  table: string;
  kind: 'school' | 'term' | 'course';
  list: ListName;
  collected: Collected<T>;
}

/** @param make not called for a record that is gone; `isMeant`: whether a row is a record of this kind */
async function readOwn<T extends CleverObject>(
  { reading, known }: OneRoster,
  { table, kind, list, collected }: OwnTable<T>,
  make: (row: Row, id: string) => T,
  isMeant: (row: Row) => boolean = () => true,
): Promise<void> {
  const idOf = (row: Row) => recordId(kind, row.of('sourcedId'));
  for await (const row of readTable(reading, table, collected.onLeftOut(idOf))) {
    if (!isMeant(row)) continue;
    if (isGone(row)) collected.remove(row, 'sourcedId', idOf(row));
    else collected.add(row, 'sourcedId', make(row, idOf(row)));
  }
  await restoreIds(reading, known, { table, list, kind, collected, field: 'sourcedId' });
}

async function readOrgs(part: OneRoster): Promise<void> {
  await readOwn<CleverSchool>(
    part,
    { table: 'orgs', kind: 'school', list: 'schools', collected: part.schools },
    (row, id) => ({ id, district: DISTRICT, name: row.of('name'), school_number: row.of('identifier') }),
    // Districts, departments and the like are not schools.
    (row) => row.of('type') === '' || row.of('type').toLowerCase() === 'school',
  );
}

async function readSessions(part: OneRoster): Promise<void> {
  const { reading, terms } = part;
  await readOwn<CleverTerm>(
    part,
    { table: 'academicSessions', kind: 'term', list: 'terms', collected: terms },
    (row, id) => {
      const object: CleverTerm = {
        id,
        district: DISTRICT,
        name: row.of('title'),
        start_date: dateIn(row, 'startDate', dateOf(reading, row, 'startDate')),
        end_date: dateIn(row, 'endDate', dateOf(reading, row, 'endDate')),
      };
      const [start, end] = [cleanDate(object.start_date), cleanDate(object.end_date)];
      if (start !== '' && end !== '' && end < start)
        reading.note(row, 'endDate', { code: 'ends before it starts', start: 'startDate' });
      return object;
    },
  );
}

async function readCourses(part: OneRoster): Promise<void> {
  await readOwn<CleverCourse>(
    part,
    { table: 'courses', kind: 'course', list: 'courses', collected: part.courses },
    (row, id) => ({ id, district: DISTRICT, name: row.of('title'), number: row.of('courseCode') }),
  );
}
