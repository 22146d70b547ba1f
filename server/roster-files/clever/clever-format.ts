import {
  address,
  alsoCalled,
  called,
  days,
  facts,
  filled,
  id,
  named,
  number,
  optional,
  tie,
  type Column,
  type TableFormat,
} from '../../tables/table-format.js';

const TEACHERS_OF_SECTION = Array.from({ length: 9 }, (_, index) => tie(`Teacher_${String(index + 2)}_id`));

/** Headings that some student systems write instead of Clever's. */
const OTHER_NAMES = {
  First_name: ['first', 'givenname'],
  Last_name: ['last', 'surname', 'familyname'],
  Student_id: ['studentsisid'],
  DOB: ['dateofbirth', 'birthdate', 'birthday'],
};
const people = (...columns: Column[]): Column[] => named(columns, OTHER_NAMES);
const ONE_NAME = ['First_name', 'Last_name'];

/** Clever's own CSV files, as schools upload them by SFTP. */
export const CLEVER = {
  schools: {
    name: 'schools.csv',
    key: ['School_id'],
    required: true,
    columns: [
      id('School_id'),
      filled('School_name'),
      ...optional('School_number', 'School_address', 'School_city', 'School_state', 'School_zip'),
    ],
  },
  students: {
    name: 'students.csv',
    key: ['Student_id'],
    required: true,
    oneOf: ONE_NAME,
    columns: people(
      id('School_id'),
      id('Student_id'),
      number('Student_number'),
      ...optional('State_id'),
      called('Last_name'),
      alsoCalled('Middle_name'),
      called('First_name'),
      ...optional('Grade', 'Gender'),
      ...days('DOB'),
      ...optional('Student_street', 'Student_city', 'Student_state', 'Student_zip'),
      address('Student_email'),
      ...optional('Username', 'Contact_relationship', 'Contact_type'),
      alsoCalled('Contact_name'),
      ...facts('Contact_phone'),
      ...optional('Contact_phone_type'),
      address('Contact_email'),
      tie('Contact_sis_id'),
    ),
  },
  teachers: {
    name: 'teachers.csv',
    key: ['Teacher_id'],
    required: true,
    oneOf: ONE_NAME,
    columns: people(
      id('School_id'),
      id('Teacher_id'),
      ...optional('Teacher_number', 'State_teacher_id'),
      address('Teacher_email'),
      called('First_name'),
      alsoCalled('Middle_name'),
      called('Last_name'),
      ...optional('Title', 'Username'),
    ),
  },
  sections: {
    name: 'sections.csv',
    key: ['Section_id'],
    required: true,
    columns: [
      id('School_id'),
      id('Section_id'),
      tie('Teacher_id'),
      ...TEACHERS_OF_SECTION,
      ...optional('Name', 'Section_number', 'Grade', 'Course_name', 'Course_number', 'Period', 'Subject'),
      ...optional('Term_name'),
      ...days('Term_start', 'Term_end'),
    ],
  },
  enrollments: {
    name: 'enrollments.csv',
    key: ['Section_id', 'Student_id'],
    ties: true,
    required: true,
    also: ['enrolments'],
    columns: [...optional('School_id'), id('Section_id'), id('Student_id')],
  },
  staff: {
    name: 'staff.csv',
    key: ['Staff_id'],
    oneOf: ONE_NAME,
    columns: people(
      id('School_id'),
      id('Staff_id'),
      address('Staff_email'),
      alsoCalled('First_name'),
      called('Last_name'),
      ...optional('Department', 'Title', 'Username'),
    ),
  },
} satisfies Record<string, TableFormat>;
