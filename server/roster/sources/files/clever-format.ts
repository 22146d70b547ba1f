import { filled, id, optional, there, tie, type TableFormat } from './table-format.js';

const TEACHERS_OF_SECTION = Array.from({ length: 9 }, (_, index) => tie(`Teacher_${String(index + 2)}_id`));

/** Clever's own CSV files, as schools upload them by SFTP. */
export const CLEVER = {
  schools: {
    name: 'schools.csv',
    required: true,
    columns: [id('School_id'), filled('School_name'), ...optional('School_number')],
  },
  students: {
    name: 'students.csv',
    required: true,
    columns: [
      id('School_id'),
      id('Student_id'),
      ...optional('Student_number', 'State_id'),
      filled('Last_name'),
      ...optional('Middle_name'),
      there('First_name'),
      ...optional('Grade', 'Gender', 'DOB', 'Student_street', 'Student_city', 'Student_state', 'Student_zip'),
      ...optional('Student_email', 'Username', 'Contact_relationship', 'Contact_type', 'Contact_name'),
      ...optional('Contact_phone', 'Contact_phone_type', 'Contact_email'),
      tie('Contact_sis_id'),
    ],
  },
  teachers: {
    name: 'teachers.csv',
    required: true,
    columns: [
      id('School_id'),
      id('Teacher_id'),
      ...optional('Teacher_number', 'State_teacher_id', 'Teacher_email'),
      there('First_name'),
      ...optional('Middle_name'),
      filled('Last_name'),
      ...optional('Title', 'Username'),
    ],
  },
  sections: {
    name: 'sections.csv',
    required: true,
    columns: [
      id('School_id'),
      id('Section_id'),
      tie('Teacher_id'),
      ...TEACHERS_OF_SECTION,
      ...optional('Name', 'Section_number', 'Grade', 'Course_name', 'Course_number', 'Period', 'Subject'),
      ...optional('Term_name', 'Term_start', 'Term_end'),
    ],
  },
  enrollments: {
    name: 'enrollments.csv',
    required: true,
    also: ['enrolments'],
    columns: [...optional('School_id'), id('Section_id'), id('Student_id')],
  },
  staff: {
    name: 'staff.csv',
    columns: [
      id('School_id'),
      id('Staff_id'),
      ...optional('Staff_email', 'First_name'),
      filled('Last_name'),
      ...optional('Department', 'Title', 'Username'),
    ],
  },
} satisfies Record<string, TableFormat>;
