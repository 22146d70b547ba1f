import type { CleverSchool } from '../../clever/schema.js';
import { CleverLists, DISTRICT, schoolId } from './clever-lists.js';
import { pour } from '../records/collect-objects.js';
import { readStaff, readStudents, readTeachers } from './read-clever-people.js';
import { readEnrollments, readSections } from './read-clever-sections.js';
import { readTable } from '../../tables/read-table.js';
import type { Reading } from '../../tables/reading.js';
import { restoreIds } from '../records/restore-ids.js';
import { requireTables } from '../../tables/require-tables.js';
import type { FilesRead, KnownRoster, RosterSink } from '../records/roster-files.js';

/**
 * Reads the CSV files that schools upload to Clever by SFTP. Each upload is the whole roster. Terms and courses are in the rows of
 * sections, parents in the rows of students (one row each); people of several schools have one row for each school.
 */
export async function readCleverFiles(
  reading: Reading,
  sink: RosterSink,
  known: KnownRoster,
): Promise<Pick<FilesRead, 'counts' | 'expected' | 'complete'>> {
  reading.isWhole = true;
  requireTables(reading, ['schools', 'students', 'teachers', 'sections', 'enrollments']);
  const lists = new CleverLists(reading);
  await readSchools(lists);
  await restoreIds(reading, known, {
    ...{ table: 'schools', list: 'schools', kind: 'school', collected: lists.schools, field: 'School_id' },
  });
  await readStudents(lists);
  await restoreIds(reading, known, {
    ...{ table: 'students', list: 'students', kind: 'student', collected: lists.students },
    ...{ field: 'Student_id', number: 'Student_number' },
  });
  await lists.contacts.resolve(known, lists.students);
  const { sections, students } = lists;
  const allStudents = !students.isDoubtful && students.leftOut.size === 0;
  // Parents are in the rows of students: a row that was left out may have named another child of theirs.
  const allContacts = allStudents && !lists.contacts.isDoubtful;
  if (!allContacts)
    for (const contact of lists.contacts.objects.values()) contact.slotbell = { tiesChange: { without: [] } };
  const people = {
    students: await pour(sink, 'students', students),
    contacts: await lists.contacts.pour(sink),
  };
  students.release();
  await readTeachers(lists);
  await restoreIds(reading, known, {
    ...{
      table: 'teachers',
      list: 'teachers',
      kind: 'teacher',
      collected: lists.teachers,
      field: 'Teacher_id',
    },
  });
  await readStaff(lists);
  await restoreIds(reading, known, {
    ...{ table: 'staff', list: 'staff', kind: 'staff', collected: lists.staff, field: 'Staff_id' },
  });
  await readSections(lists, known);
  await restoreIds(reading, known, {
    ...{ table: 'sections', list: 'sections', kind: 'class', collected: lists.sections, field: 'Section_id' },
  });
  await readEnrollments(lists, known);
  const allSections = !sections.isDoubtful && sections.leftOut.size === 0;
  return {
    counts: {
      schools: await pour(sink, 'schools', lists.schools),
      terms: await pour(sink, 'terms', lists.terms),
      courses: await pour(sink, 'courses', lists.courses),
      sections: await pour(sink, 'sections', sections),
      teachers: await pour(sink, 'teachers', lists.teachers),
      staff: await pour(sink, 'staff', lists.staff),
      ...people,
    },
    expected: ['students', 'teachers', 'sections'],
    complete: {
      schools: !lists.schools.isDoubtful,
      terms: allSections && !lists.terms.isDoubtful,
      courses: allSections && !lists.courses.isDoubtful,
      sections: !sections.isDoubtful,
      students: !students.isDoubtful,
      teachers: !lists.teachers.isDoubtful,
      staff: reading.has('staff') && !lists.staff.isDoubtful,
      contacts: allContacts && people.contacts > 0,
    },
  };
}

async function readSchools({ reading, schools }: CleverLists): Promise<void> {
  for await (const row of readTable(reading, 'schools', schools.onLeftOut(schoolId))) {
    const object: CleverSchool = {
      id: schoolId(row),
      district: DISTRICT,
      name: row.of('School_name'),
      school_number: row.of('School_number'),
      location: {
        address: row.of('School_address'),
        city: row.of('School_city'),
        state: row.of('School_state'),
        zip: row.of('School_zip'),
      },
    };
    schools.add(row, 'School_id', object);
  }
}
