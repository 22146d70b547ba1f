import { FIRST_COLUMN_NAMES, OTHER_NAMES } from '../../tables/column-names.js';
import {
  address,
  called,
  days,
  id,
  named,
  optional,
  type Column,
  type TableFormat,
} from '../../tables/table-format.js';

/** Offices make these files by hand. The first column is the record's id, whatever it is called. */
function columns(first: Column, ...others: Column[]): Column[] {
  return named([{ ...first, also: FIRST_COLUMN_NAMES }, ...others], OTHER_NAMES);
}

/** `delete`, or a word by which a system says that a row adds or changes. */
const ACTION: Column = {
  name: 'Action',
  words: {
    are: /^(?:action\s*=\s*)?(?:delete|add(?:ed)?|new|insert|create|update[ds]?|change[ds]?|edit|modify|upsert|keep|save|none|no|no change|same|active)$/i,
    fault: 'unknown action',
  },
};
const ONE_NAME = ['First', 'Last'];

/** pickAtime's tab-delimited files (its help on importing). */
export const PICKATIME = {
  students: {
    name: 'students.txt',
    key: ['StudentID'],
    also: ['student'],
    headerless: true,
    oneOf: ONE_NAME,
    columns: columns(id('StudentID'), called('First'), called('Last'), ...days('SecurityValue'), ACTION),
  },
  teachers: {
    name: 'teachers.txt',
    key: ['TeacherID'],
    also: ['teacher'],
    headerless: true,
    oneOf: ONE_NAME,
    columns: columns(
      id('TeacherID'),
      called('First'),
      called('Last'),
      address('Email'),
      ...optional('Room', 'AccessLevel'),
      ACTION,
    ),
  },
  classes: {
    name: 'classes.txt',
    key: ['ClassID'],
    also: ['class'],
    headerless: true,
    columns: columns(id('ClassID'), id('TeacherID'), ...optional('ClassName', 'GroupName', 'PTAN'), ACTION),
  },
  enrollment: {
    name: 'enrollment.txt',
    key: ['StudentID', 'ClassID'],
    ties: true,
    also: ['enrolment', 'enrollments', 'enrolments', 'studentclass', 'studentclasses'],
    headerless: true,
    columns: columns(id('StudentID'), id('ClassID'), ACTION),
  },
  parents: {
    name: 'parents.txt',
    key: ['ParentID'],
    also: ['parent'],
    headerless: true,
    oneOf: ONE_NAME,
    columns: columns(id('ParentID'), called('First'), called('Last'), address('Email'), ACTION),
  },
  parentStudent: {
    name: 'parent-student.txt',
    key: ['ParentID', 'StudentID'],
    ties: true,
    also: ['parentsstudents', 'parentstudents', 'parentsstudent', 'studentparent'],
    headerless: true,
    columns: columns(id('ParentID'), id('StudentID'), ACTION),
  },
} satisfies Record<string, TableFormat>;
