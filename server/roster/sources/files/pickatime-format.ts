import { filled, id, optional, there, type TableFormat } from './table-format.js';

/** pickAtime's tab-delimited files (its help on importing). */
export const PICKATIME = {
  students: {
    name: 'students.txt',
    also: ['student'],
    headerless: true,
    columns: [id('StudentID'), there('First'), filled('Last'), ...optional('SecurityValue', 'Action')],
  },
  teachers: {
    name: 'teachers.txt',
    also: ['teacher'],
    headerless: true,
    columns: [
      id('TeacherID'),
      there('First'),
      filled('Last'),
      ...optional('Email', 'Room', 'AccessLevel', 'Action'),
    ],
  },
  classes: {
    name: 'classes.txt',
    also: ['class'],
    headerless: true,
    columns: [
      id('ClassID'),
      id('TeacherID'),
      filled('ClassName'),
      ...optional('GroupName', 'PTAN', 'Action'),
    ],
  },
  enrollment: {
    name: 'enrollment.txt',
    also: ['enrolment', 'enrollments', 'enrolments', 'studentclass', 'studentclasses'],
    headerless: true,
    columns: [id('StudentID'), id('ClassID'), ...optional('Action')],
  },
  parents: {
    name: 'parents.txt',
    also: ['parent'],
    headerless: true,
    columns: [id('ParentID'), there('First'), filled('Last'), ...optional('Email', 'Action')],
  },
  parentStudent: {
    name: 'parent-student.txt',
    also: ['parentsstudents', 'parentstudents', 'parentsstudent', 'studentparent'],
    headerless: true,
    columns: [id('ParentID'), id('StudentID'), ...optional('Action')],
  },
} satisfies Record<string, TableFormat>;
