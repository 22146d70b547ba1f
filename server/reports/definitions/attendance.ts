import { Appointment, LIVING_STATES, type Attended } from '../../models/appointment.js';
import { everyAppointment, filterOf, readSome, type AppointmentFilter } from '../list-appointments.js';
import type { TimeRow } from '../list-times.js';
import type { Definition } from '../make-report.js';
import { matchNames } from '../match-names.js';
import type { ReportQuery } from '../schema.js';
import { CAME, FAMILY, ROOM, STUDENT, TEACHER, WHEN } from './columns.js';

const STATUS = { yes: 'ok', no: 'danger' } as const;

export const attendance: Definition<TimeRow> = {
  name: 'attendance',
  title: 'Attendance',
  about: 'Who came and who didn’t. Mark it on each teacher’s schedule.',
  columns: [
    ...WHEN,
    TEACHER,
    ...ROOM,
    ...STUDENT,
    FAMILY,
    {
      ...CAME,
      value: ({ attended }) => (attended ? { yes: 'Came', no: 'Didn’t come' }[attended] : 'Not marked'),
      status: ({ attended }) => (attended ? STATUS[attended] : 'off'),
    },
  ],
  search: 'Search teachers, students and parents',
  byDay: true,
  shows: {
    label: 'Attendance',
    items: [
      ['', 'All'],
      ['came', 'Came'],
      ['missed', 'Didn’t come'],
      ['unmarked', 'Not marked'],
    ],
  },
  size: 100,
  noun: ['appointment', 'appointments'],
  empty: {
    title: 'No appointments here',
    text: 'You’ll see them here as soon as the first family books.',
  },
  read: async (event, query, slice) => {
    const filter = await filterOf(event, query);
    const counts = await countMarks(filter);
    const total = (Object.hasOwn(counts, query.show) ? counts[query.show] : undefined) ?? counts[''];
    const { skip, size } = slice(total);
    const found = await readSome(filter, { state: '', ...markOf(query) }, skip, size);
    return { total, counts, groups: [{ facts: [], rows: await matchNames(event, found) }] };
  },
  readAll: async function* (event, query) {
    for await (const rows of everyAppointment(event, { ...query, state: '', ...markOf(query) }))
      yield [{ facts: [], rows }];
  },
};

const MARKS: Record<string, Attended | null> = { came: 'yes', missed: 'no', unmarked: null };

function markOf({ show }: ReportQuery): { attended?: Attended | null } {
  const mark = Object.hasOwn(MARKS, show) ? MARKS[show] : undefined;
  return mark === undefined ? {} : { attended: mark };
}

async function countMarks(filter: AppointmentFilter) {
  const groups = await Appointment.aggregate<{ _id: Attended | null; count: number }>([
    { $match: { ...filter, state: { $in: LIVING_STATES } } },
    { $group: { _id: { $ifNull: ['$attended', null] }, count: { $sum: 1 } } },
  ]);
  const count = (mark: Attended | null) => groups.find(({ _id }) => _id === mark)?.count ?? 0;
  const [came, missed, unmarked] = [count('yes'), count('no'), count(null)];
  return { '': came + missed + unmarked, came, missed, unmarked } as Record<string, number> & { '': number };
}
