import {
  address,
  alsoCalled,
  called,
  facts,
  filled,
  id,
  number,
  optional,
  tie,
  type TableFormat,
} from './table-format.js';

/** OneRoster 1.1 and 1.2 CSV (1EdTech): what conferences need of it. */
const state = optional('status', 'dateLastModified');
export const ONEROSTER = {
  manifest: {
    name: 'manifest.csv',
    required: true,
    columns: [filled('propertyName'), { name: 'value', need: 'column' }],
  },
  orgs: {
    name: 'orgs.csv',
    required: true,
    columns: [id('sourcedId'), ...state, filled('name'), ...optional('type', 'identifier')],
  },
  academicSessions: {
    name: 'academicSessions.csv',
    required: true,
    columns: [id('sourcedId'), ...state, filled('title'), ...optional('type', 'startDate', 'endDate')],
  },
  courses: {
    name: 'courses.csv',
    required: true,
    columns: [id('sourcedId'), ...state, filled('title'), ...optional('courseCode')],
  },
  classes: {
    name: 'classes.csv',
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
    columns: [id('userSourcedId'), ...state, ...optional('roleType'), filled('role'), id('orgSourcedId')],
  },
  enrollments: {
    name: 'enrollments.csv',
    required: true,
    columns: [
      id('classSourcedId'),
      id('userSourcedId'),
      filled('role'),
      ...state,
      ...optional('primary', 'beginDate', 'endDate'),
    ],
  },
  demographics: {
    name: 'demographics.csv',
    columns: [id('sourcedId'), ...state, ...facts('birthDate'), ...optional('sex')],
  },
} satisfies Record<string, TableFormat>;
