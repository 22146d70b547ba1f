import type { CleverUser } from '../../clever/schema.js';
import type { Collected } from '../records/collect-objects.js';
import {
  DISTRICT,
  nameOf,
  OWN_SCHOOL,
  parentId,
  removes,
  studentId,
  teacherId,
  type PickatimeLists,
} from './pickatime-lists.js';
import { addId, addOnce, childOf } from '../records/add-once.js';
import { textIn } from '../records/keep-unread.js';
import { restoreIds } from '../records/restore-ids.js';
import { readTable } from '../../tables/read-table.js';
import type { Reading } from '../../tables/reading.js';
import type { FromFile, KnownRoster } from '../records/roster-files.js';
import { relieve, Ties } from '../records/resolve-ties.js';

/** Reads students.txt, with the security values. */
export async function readStudents(
  reading: Reading,
  { students }: PickatimeLists,
  known: KnownRoster,
): Promise<void> {
  for await (const row of readTable(reading, 'students', students.onLeftOut(studentId))) {
    const id = studentId(row);
    if (removes(row)) students.remove(row, 'StudentID', id);
    else {
      const securityValue = row.of('SecurityValue');
      const object: FromFile<CleverUser> = {
        id,
        district: DISTRICT,
        name: nameOf(row),
        roles: {
          student: { school: OWN_SCHOOL, schools: [OWN_SCHOOL], student_number: row.of('StudentID') },
        },
        ...(securityValue ? { slotbell: { securityValue } } : {}),
      };
      students.add(row, 'StudentID', object);
    }
  }
  await restoreIds(reading, known, {
    ...{ table: 'students', list: 'students', kind: 'student', collected: students },
    ...{ field: 'StudentID', tellRemovals: true },
  });
}

/** Reads teachers.txt. Access levels are given in Slotbell, never by a file. */
export async function readTeachers(
  reading: Reading,
  { teachers }: PickatimeLists,
  known: KnownRoster,
): Promise<void> {
  for await (const row of readTable(reading, 'teachers', teachers.onLeftOut(teacherId))) {
    const id = teacherId(row);
    if (removes(row)) teachers.remove(row, 'TeacherID', id);
    else {
      const room = row.of('Room');
      const object: FromFile<CleverUser> = {
        id,
        district: DISTRICT,
        name: nameOf(row),
        email: textIn(row, 'Email'),
        roles: {
          teacher: { school: OWN_SCHOOL, schools: [OWN_SCHOOL], teacher_number: row.of('TeacherID') },
        },
        ...(room ? { slotbell: { room } } : {}),
      };
      teachers.add(row, 'TeacherID', object);
    }
  }
  await restoreIds(reading, known, {
    ...{ table: 'teachers', list: 'teachers', kind: 'teacher', collected: teachers },
    ...{ field: 'TeacherID', tellRemovals: true },
  });
}

/** Reads parents.txt and parent-student.txt. */
export async function readParents(
  reading: Reading,
  lists: PickatimeLists,
  known: KnownRoster,
): Promise<void> {
  const { contacts, students } = lists;
  for await (const row of readTable(reading, 'parents', contacts.onLeftOut(parentId))) {
    const id = parentId(row);
    if (removes(row)) contacts.remove(row, 'ParentID', id);
    else {
      contacts.add(row, 'ParentID', {
        id,
        district: DISTRICT,
        name: nameOf(row),
        email: textIn(row, 'Email'),
        roles: { contact: { student_relationships: [] } },
        slotbell: { tiesChange: { without: [] } },
      });
    }
  }
  await restoreIds(reading, known, {
    ...{ table: 'parents', list: 'contacts', kind: 'parent', collected: contacts },
    ...{ field: 'ParentID', tellRemovals: true },
  });
  const parents = new Ties(reading, known, 'contacts', contacts, 'parent');
  const children = new Ties(reading, known, 'students', students, 'parent');
  for await (const row of readTable(reading, 'parentStudent')) {
    parents.add(row, 'ParentID', 'parent', parentId(row), (id) => {
      const student = studentId(row);
      const parent = tieOnlyParent(contacts, id);
      const without = parent.slotbell?.tiesChange?.without ?? [];
      const tie = (known: string): void => {
        if (removes(row)) addId(without, known);
        else relate(parent, known);
      };
      children.add(row, 'StudentID', 'student', student, tie);
    });
    await relieve(parents, children);
  }
  if (contacts.objects.size > 0) reading.noteNoRows('parentStudent');
  await parents.resolve();
  await children.resolve();
}

function tieOnlyParent(contacts: Collected<CleverUser>, id: string): FromFile<CleverUser> {
  const known = contacts.objects.get(id);
  if (known) return known;
  const fresh = {
    id,
    district: DISTRICT,
    roles: { contact: { student_relationships: [] } },
    slotbell: { onlyTies: true as const, tiesChange: { without: [] } },
  };
  contacts.objects.set(id, fresh);
  return fresh;
}

function relate(parent: CleverUser, student: string): void {
  const ties = parent.roles?.contact?.student_relationships ?? [];
  addOnce(ties, { student, relationship: 'Parent', type: 'Parent/Guardian' }, childOf);
}
