import type { CleverSection } from '../../clever/schema.js';
import type { Collected } from '../records/collect-objects.js';
import {
  classId,
  DISTRICT,
  OWN_SCHOOL,
  removes,
  studentId,
  teacherId,
  type PickatimeLists,
} from './pickatime-lists.js';
import { addId } from '../records/add-once.js';
import { restoreIds } from '../records/restore-ids.js';
import { readTable } from '../../tables/read-table.js';
import type { Reading, Row } from '../../tables/reading.js';
import type { FromFile, KnownRoster } from '../records/roster-files.js';
import { keepTeachers } from '../records/keep-ties.js';
import { teachIn } from '../records/teach-in.js';
import { relieve, Ties } from '../records/resolve-ties.js';

/** Reads classes.txt: one row for each class, or several if teachers share it. */
export async function readClasses(
  reading: Reading,
  { sections, teachers }: PickatimeLists,
  known: KnownRoster,
): Promise<void> {
  const ties = new Ties(reading, known, 'teachers', teachers, 'teacher');
  for await (const row of readTable(reading, 'classes', sections.onLeftOut(classId))) {
    const id = classId(row);
    if (removes(row)) {
      sections.remove(row, 'ClassID', id);
      continue;
    }
    const section = sections.add(row, 'ClassID', sectionOf(reading, row, sections.objects.has(id)));
    // The same class with another teacher: they teach it together.
    if (section)
      ties.add(
        row,
        'TeacherID',
        'teacher',
        teacherId(row),
        (teacher) => {
          teachIn(section, teacher);
        },
        () => {
          keepTeachers([section]);
        },
      );
    await relieve(ties);
  }
  await ties.resolve();
  await restoreIds(reading, known, {
    ...{ table: 'classes', list: 'sections', kind: 'class', collected: sections },
    ...{ field: 'ClassID', tellRemovals: true },
  });
  // A row that was left out may name another teacher of the class.
  const all = [...sections.objects.values()];
  keepTeachers(sections.unreadable ? all : all.filter(({ id }) => sections.leftOut.has(id)));
}

/** The name of a class; without one, its group's name or its id. @param again whether the class had a row before */
function sectionOf(reading: Reading, row: Row, again: boolean): FromFile<CleverSection> {
  const group = row.of('GroupName');
  const name = row.of('ClassName');
  const called = name || group || row.of('ClassID');
  if (!name && !again) reading.notesOf(row.file).add('ClassName', 'no name', row.line, '', called);
  const allowed = allowedOf(reading, row);
  return {
    id: classId(row),
    district: DISTRICT,
    school: OWN_SCHOOL,
    name: name || (again ? '' : called),
    subject: group,
    students: [],
    slotbell: { ...(allowed === undefined ? {} : { allowed }), tiesChange: { without: [] } },
  };
}

/** PTAN: how many appointments a student may have in the class. */
function allowedOf(reading: Reading, row: Row): number | undefined {
  const value = row.of('PTAN');
  if (value === '') return undefined;
  if (/^\d{1,2}$/.test(value)) return Number(value);
  reading.note(row, 'PTAN', { code: 'not a count', cell: value, most: 99 });
  return undefined;
}

/** Reads enrollment.txt: the students of the classes. */
export async function readEnrollment(
  reading: Reading,
  { sections, students }: PickatimeLists,
  known: KnownRoster,
): Promise<void> {
  const classes = new Ties(reading, known, 'sections', sections, 'enrollment');
  const pupils = new Ties(reading, known, 'students', students, 'enrollment');
  for await (const row of readTable(reading, 'enrollment')) {
    classes.add(row, 'ClassID', 'class', classId(row), (id) => {
      const student = studentId(row);
      const tie = (known: string): void => {
        const section = tieOnly(sections, id);
        addId((removes(row) ? section.slotbell?.tiesChange?.without : section.students) ?? [], known);
      };
      pupils.add(row, 'StudentID', 'student', student, tie);
    });
    await relieve(classes, pupils);
  }
  if (sections.objects.size > 0) reading.noteNoRows('enrollment');
  await classes.resolve();
  await pupils.resolve();
}

/** The section of an enrollment: of this upload, or a stored one of which only the people are given. */
function tieOnly(sections: Collected<CleverSection>, id: string): FromFile<CleverSection> {
  const known = sections.objects.get(id);
  if (known) return known;
  const fresh = {
    id,
    district: DISTRICT,
    students: [],
    slotbell: { onlyTies: true as const, tiesChange: { without: [] } },
  };
  sections.objects.set(id, fresh);
  return fresh;
}
