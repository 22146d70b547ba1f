import { FIRST_COLUMN_NAMES, OTHER_NAMES } from './column-names.js';
import {
  address,
  called,
  facts,
  id,
  named,
  optional,
  type Column,
  type TableFormat,
} from './table-format.js';

/** Offices make these files by hand. Whatever the first column is called, it is the id of what the file is about. */
function columns(first: Column, ...others: Column[]): Column[] {
  return named([{ ...first, also: FIRST_COLUMN_NAMES }, ...others], OTHER_NAMES);
}

const ONE_NAME = ['First', 'Last'];

/** pickAtime's tab-delimited files (its help on importing). */
export const PICKATIME = {
  students: {
    name: 'students.txt',
    also: ['student'],
    headerless: true,
    oneOf: ONE_NAME,
    columns: columns(
      id('StudentID'),
      called('First'),
      called('Last'),
      ...facts('SecurityValue'),
      ...optional('Action'),
    ),
  },
  teachers: {
    name: 'teachers.txt',
    also: ['teacher'],
    headerless: true,
    oneOf: ONE_NAME,
    columns: columns(
      id('TeacherID'),
      called('First'),
      called('Last'),
      address('Email'),
      ...optional('Room', 'AccessLevel', 'Action'),
    ),
  },
  classes: {
    name: 'classes.txt',
    also: ['class'],
    headerless: true,
    columns: columns(id('ClassID'), id('TeacherID'), ...optional('ClassName', 'GroupName', 'PTAN', 'Action')),
  },
  enrollment: {
    name: 'enrollment.txt',
    also: ['enrolment', 'enrollments', 'enrolments', 'studentclass', 'studentclasses'],
    headerless: true,
    columns: columns(id('StudentID'), id('ClassID'), ...optional('Action')),
  },
  parents: {
    name: 'parents.txt',
    also: ['parent'],
    headerless: true,
    oneOf: ONE_NAME,
    columns: columns(
      id('ParentID'),
      called('First'),
      called('Last'),
      address('Email'),
      ...optional('Action'),
    ),
  },
  parentStudent: {
    name: 'parent-student.txt',
    also: ['parentsstudents', 'parentstudents', 'parentsstudent', 'studentparent'],
    headerless: true,
    columns: columns(id('ParentID'), id('StudentID'), ...optional('Action')),
  },
} satisfies Record<string, TableFormat>;
