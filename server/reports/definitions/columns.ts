import type { Event } from '../../models/event.js';
import { shortDayAndSpan, timeSpan } from '../../web/format-time.js';
import type { TimeRow } from '../list-times.js';
import type { Column, StatusKind } from '../make-report.js';

type Columns = Column<TimeRow>[];

/** On pages and on paper, answers stand below the student. */
function answersBelow({ answers }: TimeRow): string {
  return answers.map(({ label, text }) => `${label}: ${text}`).join('\n');
}

const INTERPRETER: Column<TimeRow> = {
  label: 'Interpreter',
  on: ['file'],
  value: ({ answers }) => answers.find(({ field }) => field === 'interpreter')?.text ?? '',
};

/**
 * In files: a column for who interprets, where families may ask for that, one for each question that the event asks now, found by its id
 * because it may have been reworded, and one for other answers.
 */
export function answerColumns({ fields, interpreting }: Pick<Event, 'fields' | 'interpreting'>): Columns {
  const own = interpreting ? [INTERPRETER] : [];
  if (!fields) return own;
  const asked = new Set([...fields.map(({ id }) => id), ...(interpreting ? ['interpreter'] : [])]);
  return [
    ...own,
    ...fields.map(({ id, label }): Column<TimeRow> => ({
      label,
      on: ['file'],
      value: ({ answers }) => answers.find(({ field }) => field === id)?.text ?? '',
    })),
    {
      label: 'Other answers',
      on: ['file'],
      value: ({ answers }) =>
        answers
          .filter(({ field }) => !asked.has(field))
          .map(({ label, text }) => `${label}: ${text}`)
          .join('; '),
    },
  ];
}

const when: Column<TimeRow> = {
  label: 'Time',
  isShort: true,
  on: ['screen'],
  value: ({ from, to }, place) => shortDayAndSpan(from, to, place),
  href: ({ slot }, event) => `/events/${event._id.toHexString()}/day-sheet/${slot}`,
};
const fileWhen: Columns = [
  { label: 'Date', on: ['file'], value: ({ day }) => ({ day }) },
  { label: 'From', on: ['file'], value: ({ from }) => ({ time: from }) },
  { label: 'To', on: ['file'], value: ({ to }) => ({ time: to }) },
];

/** The time, with the day in every row. */
export const WHEN: Columns = [{ ...when, on: ['screen', 'paper'] }, ...fileWhen];

/** The time without the day, for a sheet of paper about one day. */
export const WHEN_BY_DAY: Columns = [
  when,
  { label: 'Time', isShort: true, on: ['paper'], value: ({ from, to }, place) => timeSpan(from, to, place) },
  ...fileWhen,
];

/** A column that is a group's heading on pages and on paper. */
export function asHeading(column: Column<TimeRow>): Column<TimeRow> {
  return { ...column, on: ['file'] };
}

export const TEACHER: Column<TimeRow> = { label: 'Teacher', value: ({ teacher }) => teacher };
/** The place; on pages and on paper, "Video" for a video meeting. */
export const ROOM: Columns = [
  { label: 'Room', on: ['screen', 'paper'], value: ({ room, kind }) => kind || room },
  { label: 'Room', on: ['file'], value: ({ room }) => room },
];
/** The place, if it is a group's heading on pages and on paper. */
export const ROOM_IN_FILE = ROOM.slice(1);
export const FAMILY: Column<TimeRow> = { label: 'Family', value: ({ family }) => family };
const classColumn: Column<TimeRow> = { label: 'Class', value: ({ className }) => className };
export const STUDENT: Columns = [
  { label: 'Student', value: ({ students }) => students, below: answersBelow },
  classColumn,
];
/** The place, if no other column says that a meeting is by video. */
export const STUDENT_AND_KIND: Columns = [
  {
    label: 'Student',
    value: ({ students }) => students,
    below: (row) => [row.kind, answersBelow(row)].filter(Boolean).join('\n'),
  },
  classColumn,
];

/** The place on a teacher's own list, with everybody's names if several teachers sit together. */
export const STUDENT_WITH_OTHERS: Columns = [
  {
    label: 'Student',
    value: ({ students }) => students,
    below: (row) =>
      [row.with.length > 0 ? `Together: ${row.teacher}` : '', row.kind, answersBelow(row)]
        .filter(Boolean)
        .join('\n'),
  },
  classColumn,
];

export const STATE: Columns = [
  {
    label: 'State',
    value: ({ state }) => state,
    status: ({ state, free }) => kindOf(state, free !== undefined),
    below: ({ problem }) => problem,
  },
  { label: 'Problem', on: ['file'], value: ({ problem }) => problem },
];

export const NOTE: Columns = [
  { label: 'Note', value: ({ note }) => note },
  {
    label: 'Meeting type',
    on: ['file'],
    value: ({ kind, free }) => kind || (free ? '' : 'In person'),
  },
];

export const CAME: Column<TimeRow> = {
  label: 'Came',
  value: ({ attended }) => (attended ? { yes: 'Yes', no: 'No' }[attended] : ''),
};

function kindOf(state: string, isFree: boolean): StatusKind {
  if (isFree) return 'off';
  return ({ Booked: 'ok', Problem: 'notice', 'On hold': 'busy' } as const)[state] ?? 'off';
}

/** "Room 12", if there is a room. */
export function roomFact(room: string): string[] {
  return room ? [/^room\b/i.test(room) ? room : `Room ${room}`] : [];
}
