import { Appointment, LIVING_STATES, type Attended } from '../../models/appointment.js';
import { groupBy } from '../../web/lists.js';
import type { Wanted } from '../list-appointments.js';
import type { TimeRow } from '../list-times.js';
import type { Definition } from '../make-report.js';
import { readByTime } from '../read-by-time.js';
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
  shows: {
    label: 'Attendance',
    items: [
      ['', 'All'],
      ['came', 'Came'],
      ['missed', 'Didn’t come'],
      ['unmarked', 'Not marked'],
    ],
  },
  ...readByTime(
    {
      '': { state: '' },
      came: { state: '', attended: 'yes' },
      missed: { state: '', attended: 'no' },
      unmarked: { state: '', attended: null },
    },
    countMarks,
  ),
};

/** How many of the living appointments have which mark. */
export async function countMarks({ filter, called }: Wanted) {
  const living = called?.filter(({ state }) => LIVING_STATES.includes(state));
  const groups = living
    ? [...groupBy(living, ({ attended = null }) => attended)].map(([_id, of]) => ({ _id, count: of.length }))
    : await Appointment.aggregate<{ _id: Attended | null; count: number }>([
        { $match: { ...filter, state: { $in: LIVING_STATES } } },
        { $group: { _id: { $ifNull: ['$attended', null] }, count: { $sum: 1 } } },
      ]);
  const count = (mark: Attended | null) => groups.find(({ _id }) => _id === mark)?.count ?? 0;
  const [came, missed, unmarked] = [count('yes'), count('no'), count(null)];
  return { '': came + missed + unmarked, came, missed, unmarked };
}
