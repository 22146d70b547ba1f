import {
  address,
  alsoCalled,
  called,
  days,
  facts,
  filled,
  id,
  number,
  optional,
  tie,
  type Column,
  type TableFormat,
} from '../../tables/table-format.js';

/** OneRoster 1.1 and 1.2 CSV (1EdTech): the files and columns that conferences need. */
const state: Column[] = [
  { name: 'status', words: { are: /^(?:active|tobedeleted)$/i, fault: 'unknown status' } },
  ...optional('dateLastModified'),
];
export const ONEROSTER = {
  manifest: {
    name: 'manifest.csv',
    key: ['propertyName'],
    required: true,
    columns: [filled('propertyName'), { name: 'value', need: 'column' }],
  },
  orgs: {
    name: 'orgs.csv',
    key: ['sourcedId'],
    required: true,
    columns: [id('sourcedId'), ...state, filled('name'), ...optional('type', 'identifier')],
  },
  academicSessions: {
    name: 'academicSessions.csv',
    key: ['sourcedId'],
    required: true,
    columns: [
      id('sourcedId'),
      ...state,
      filled('title'),
      ...optional('type'),
      ...days('startDate', 'endDate'),
    ],
  },
  courses: {
    name: 'courses.csv',
    key: ['sourcedId'],
    required: true,
    columns: [id('sourcedId'), ...state, filled('title'), ...optional('courseCode')],
  },
  classes: {
    name: 'classes.csv',
    key: ['sourcedId'],
    required: true,
    columns: [
      id('sourcedId'),
      ...state,
      filled('title'),
      ...optional('grades', 'classCode', 'classType'),
      tie('courseSourcedId'),
      id('schoolSourcedId'),
      ...optional('termSourcedIds', 'subjects', 'periods'),
    ],
  },
  users: {
    name: 'users.csv',
    key: ['sourcedId'],
    required: true,
    oneOf: ['givenName', 'familyName'],
    columns: [
      id('sourcedId'),
      ...state,
      ...optional('enabledUser', 'orgSourcedIds', 'role', 'username'),
      called('givenName'),
      called('familyName'),
      alsoCalled('middleName'),
      number('identifier'),
      address('email'),
      ...facts('sms', 'phone'),
      ...optional('agentSourcedIds', 'grades'),
    ],
  },
  roles: {
    name: 'roles.csv',
    key: ['userSourcedId'],
    columns: [id('userSourcedId'), ...state, ...optional('roleType'), filled('role'), id('orgSourcedId')],
  },
  enrollments: {
    name: 'enrollments.csv',
    key: ['classSourcedId', 'userSourcedId'],
    ties: true,
    required: true,
    columns: [
      id('classSourcedId'),
      id('userSourcedId'),
      filled('role'),
      ...state,
      ...optional('primary'),
      ...days('beginDate', 'endDate'),
    ],
  },
  demographics: {
    name: 'demographics.csv',
    key: ['sourcedId'],
    columns: [id('sourcedId'), ...state, ...days('birthDate'), ...optional('sex')],
  },
} satisfies Record<string, TableFormat>;
