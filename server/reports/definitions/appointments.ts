import { countsOf } from '../list-appointments.js';
import type { TimeRow } from '../list-times.js';
import type { Definition } from '../make-report.js';
import { readByTime } from '../read-by-time.js';
import {
  answerColumns,
  asHeading,
  CAME,
  FAMILY,
  NOTE,
  ROOM,
  STATE,
  STUDENT,
  TEACHER,
  WHEN,
} from './columns.js';

export const appointments: Definition<TimeRow> = {
  name: 'appointments',
  title: 'Appointments',
  about: 'All appointments by time. Find them by teacher, student, or parent.',
  columns: [...WHEN, TEACHER, ...ROOM, ...STUDENT, FAMILY, ...STATE, ...NOTE, asHeading(CAME)],
  eventColumns: answerColumns,
  shows: {
    label: 'State',
    items: [
      ['', 'Booked and problems'],
      ['problem', 'Problems'],
      ['pending', 'On hold'],
      ['cancelled', 'Canceled'],
      ['all', 'All'],
    ],
  },
  ...readByTime(
    {
      '': { state: '' },
      all: { state: 'all' },
      booked: { state: 'booked' },
      problem: { state: 'problem' },
      pending: { state: 'pending' },
      cancelled: { state: 'cancelled' },
    },
    countsOf,
  ),
};
