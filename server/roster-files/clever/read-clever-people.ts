import type { CleverUser } from '../../clever/schema.js';
import { type CleverLists, dateOf, DISTRICT, hasSchool, schoolOf, studentId } from './clever-lists.js';
import { addId } from '../records/add-once.js';
import { dateIn, textIn } from '../records/keep-unread.js';
import { readTable } from '../../tables/read-table.js';
import type { Row } from '../../tables/reading.js';
import { recordId } from '../records/record-id.js';
import type { FromFile } from '../records/roster-files.js';

const teacherId = (row: Row): string => recordId('teacher', row.of('Teacher_id'));
const staffId = (row: Row): string => recordId('staff', row.of('Staff_id'));

/** Reads students.csv, with the parents in its rows. */
export async function readStudents(lists: CleverLists): Promise<void> {
  const { reading, students, contacts } = lists;
  for await (const row of readTable(reading, 'students', students.onLeftOut(studentId))) {
    const id = studentId(row);
    if (!hasSchool(lists, row)) {
      students.leftOut.add(id);
      continue;
    }
    const fresh = studentOf(lists, row, students.objects.has(id));
    const student = students.add(row, 'Student_id', fresh, ['school']);
    if (!student) continue;
    attend(student.roles?.student, schoolOf(lists, row));
    contacts.add(row, id);
  }
}

/** @param again whether the student had a row before: problems with the dates are noted already */
function studentOf(lists: CleverLists, row: Row, again: boolean): FromFile<CleverUser> {
  return {
    id: studentId(row),
    district: DISTRICT,
    name: nameOf(row),
    email: textIn(row, 'Student_email'),
    roles: {
      student: {
        school: schoolOf(lists, row),
        sis_id: row.of('Student_id'),
        student_number: row.of('Student_number'),
        state_id: row.of('State_id'),
        gender: row.of('Gender'),
        dob: dateIn(row, 'DOB', dateOf(lists.reading, row, 'DOB', again)),
        grade: textIn(row, 'Grade'),
        location: {
          address: row.of('Student_street'),
          city: row.of('Student_city'),
          state: row.of('Student_state'),
          zip: row.of('Student_zip'),
        },
        credentials: { district_username: row.of('Username') },
      },
    },
  };
}

function nameOf(row: Row): NonNullable<CleverUser['name']> {
  return { first: row.of('First_name'), middle: row.of('Middle_name'), last: row.of('Last_name') };
}

/** Adds a school to a person; the first one stays the main one. */
function attend(role: { schools?: string[] | null } | null | undefined, school: string): void {
  if (!role) return;
  addId((role.schools ??= []), school);
}

/** Reads teachers.csv: one row for each teacher and school. */
export async function readTeachers(lists: CleverLists): Promise<void> {
  const { reading, teachers } = lists;
  for await (const row of readTable(reading, 'teachers', teachers.onLeftOut(teacherId))) {
    const id = teacherId(row);
    if (!hasSchool(lists, row)) {
      teachers.leftOut.add(id);
      continue;
    }
    const about = {
      sis_id: row.of('Teacher_id'),
      teacher_number: row.of('Teacher_number'),
      state_id: row.of('State_teacher_id'),
      title: row.of('Title'),
      credentials: { district_username: row.of('Username') },
    };
    const person = { id, district: DISTRICT, name: nameOf(row), email: textIn(row, 'Teacher_email') };
    const fresh = { ...person, roles: { teacher: { school: schoolOf(lists, row), ...about } } };
    const teacher = teachers.add(row, 'Teacher_id', fresh, ['school']);
    attend(teacher?.roles?.teacher, schoolOf(lists, row));
  }
}

/** Reads staff.csv, which may be missing. */
export async function readStaff(lists: CleverLists): Promise<void> {
  const { reading, staff } = lists;
  for await (const row of readTable(reading, 'staff', staff.onLeftOut(staffId))) {
    const id = staffId(row);
    if (!hasSchool(lists, row)) {
      staff.leftOut.add(id);
      continue;
    }
    const about = {
      staff_id: row.of('Staff_id'),
      title: row.of('Title'),
      department: row.of('Department'),
      credentials: { district_username: row.of('Username') },
    };
    const person = { id, district: DISTRICT, name: nameOf(row), email: textIn(row, 'Staff_email') };
    const member = staff.add(row, 'Staff_id', { ...person, roles: { staff: about } });
    attend(member?.roles?.staff, schoolOf(lists, row));
  }
}
