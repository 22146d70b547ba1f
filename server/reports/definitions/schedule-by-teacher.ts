import { groupBy } from '../../web/lists.js';
import { findTeachers, type Teacher } from '../find-teachers.js';
import { listTimes, type TimeRow } from '../list-times.js';
import type { Definition, Group, ReportEvent } from '../make-report.js';
import { readInParts } from '../read-in-parts.js';
import type { ReportQuery } from '../schema.js';
import {
  asHeading,
  CAME,
  FAMILY,
  NOTE,
  ROOM_IN_FILE,
  roomFact,
  STATE,
  STUDENT_WITH_OTHERS,
  TEACHER,
  WHEN_BY_DAY,
} from './columns.js';
import { markLink, SCHEDULE, timesAsked } from './times-shown.js';

export const scheduleByTeacher: Definition<TimeRow> = {
  name: 'schedule',
  title: 'Schedule by teacher',
  about: 'Who comes when, teacher by teacher, with free times and notes. Prints a sheet per teacher and day.',
  columns: [
    asHeading(TEACHER),
    ...ROOM_IN_FILE,
    ...WHEN_BY_DAY,
    ...STUDENT_WITH_OTHERS,
    FAMILY,
    ...STATE,
    ...NOTE,
    asHeading(CAME),
  ],
  ...SCHEDULE,
  search: 'Search teachers',
  noun: ['teacher', 'teachers'],
  empty: { title: 'No teachers yet', text: 'Teachers take part once their classes are imported.' },
  ...readInParts({
    find: async (event, { q }) => ({ items: await findTeachers(event, q) }),
    groupsOf,
    batch: 100,
  }),
};

async function groupsOf(
  event: ReportEvent,
  teachers: Teacher[],
  query: ReportQuery,
): Promise<Group<TimeRow>[]> {
  const times = await listTimes(event, teachers, { ...timesAsked(query), shared: true });
  const rowsOf = groupBy(times, ({ resource }) => resource);
  return teachers.map(({ _id, name, room }) => {
    const rows = rowsOf.get(_id.toHexString()) ?? [];
    return { title: name, facts: roomFact(room), rows, ...markLink(event, _id, rows) };
  });
}
