import { countsOf, everyAppointment, filterOf, readSome } from '../list-appointments.js';
import type { TimeRow } from '../list-times.js';
import type { Definition } from '../make-report.js';
import { matchNames } from '../match-names.js';
import { STATE_FILTERS, type ReportQuery, type StateFilter } from '../schema.js';
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
  about: 'All appointments by time. Find them by teacher, student or parent.',
  columns: [...WHEN, TEACHER, ...ROOM, ...STUDENT, FAMILY, ...STATE, ...NOTE, asHeading(CAME)],
  eventColumns: answerColumns,
  search: 'Search teachers, students and parents',
  byDay: true,
  shows: {
    label: 'State',
    items: [
      ['', 'Taking place'],
      ['problem', 'Problems'],
      ['pending', 'On hold'],
      ['cancelled', 'Canceled'],
      ['all', 'All'],
    ],
  },
  size: 100,
  noun: ['appointment', 'appointments'],
  empty: {
    title: 'No appointments here',
    text: 'You’ll see them here as soon as the first family books.',
  },
  read: async (event, query, slice) => {
    const state = stateOf(query);
    const filter = await filterOf(event, query);
    const counts = await countsOf(filter);
    const { skip, size } = slice(counts[state]);
    const rows = await matchNames(event, await readSome(filter, { state }, skip, size));
    return { total: counts[state], counts, groups: [{ facts: [], rows }] };
  },
  readAll: async function* (event, query) {
    for await (const rows of everyAppointment(event, { ...query, state: stateOf(query) }))
      yield [{ facts: [], rows }];
  },
};

function stateOf({ show }: Pick<ReportQuery, 'show'>): StateFilter {
  return Object.hasOwn(STATE_FILTERS, show) ? (show as StateFilter) : '';
}
