import { groupBy } from '../../web/lists.js';
import { findTeachers, type Teacher } from '../find-teachers.js';
import { listTimes, type TimeRow } from '../list-times.js';
import type { Definition, Group, ReportEvent } from '../make-report.js';
import type { ReportQuery } from '../schema.js';
import {
  answerColumns,
  asHeading,
  CAME,
  FAMILY,
  NOTE,
  ROOM_IN_FILE,
  roomFact,
  STATE,
  STUDENT_AND_KIND,
  TEACHER,
  WHEN_BY_DAY,
} from './columns.js';
import { markLink, sumTimes, TIMES_SHOWN } from './times-shown.js';

/** Teachers who are read at once for a file. */
const BATCH = 50;

export const scheduleByTeacher: Definition<TimeRow> = {
  name: 'schedule',
  title: 'Schedule by teacher',
  about: 'Who comes when, teacher by teacher, with free times and notes. Prints a sheet per teacher and day.',
  columns: [
    asHeading(TEACHER),
    ...ROOM_IN_FILE,
    ...WHEN_BY_DAY,
    ...STUDENT_AND_KIND,
    FAMILY,
    ...STATE,
    ...NOTE,
    asHeading(CAME),
  ],
  eventColumns: answerColumns,
  search: 'Search teachers',
  byDay: true,
  shows: TIMES_SHOWN,
  size: 25,
  noun: ['teacher', 'teachers'],
  sum: sumTimes,
  sheetDay: ({ day }) => day,
  empty: { title: 'No teachers yet', text: 'Teachers take part once their classes are imported.' },
  read: async (event, query, slice) => {
    const teachers = await findTeachers(event, query.q);
    const { skip, size } = slice(teachers.length);
    const groups = await groupsOf(event, teachers.slice(skip, skip + size), query);
    return { total: teachers.length, groups };
  },
  readAll: async function* (event, query) {
    const teachers = await findTeachers(event, query.q);
    for (let from = 0; from < teachers.length; from += BATCH)
      yield await groupsOf(event, teachers.slice(from, from + BATCH), query);
  },
};

async function groupsOf(
  event: ReportEvent,
  teachers: Teacher[],
  { day, show }: ReportQuery,
): Promise<Group<TimeRow>[]> {
  const asked = { day, withFree: show !== 'booked' };
  const rowsOf = groupBy(await listTimes(event, teachers, asked), ({ resource }) => resource);
  return teachers.map(({ _id, name, room }) => {
    const rows = rowsOf.get(_id.toHexString()) ?? [];
    return { title: name, facts: roomFact(room), rows, ...markLink(event, _id, rows) };
  });
}
