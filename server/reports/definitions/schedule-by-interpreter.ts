import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { BATCH } from '../../models/find-together.js';
import { Household } from '../../models/household.js';
import { Interpreter } from '../../models/interpreter.js';
import { inKey, searchWords } from '../../models/search-key.js';
import { nameSpoken } from '../../web/format-language.js';
import { groupBy } from '../../web/lists.js';
import { scopeOf } from '../list-appointments.js';
import type { TimeRow } from '../list-times.js';
import type { Definition, Group, ReportEvent } from '../make-report.js';
import { byId, matchNames, ROW } from '../match-names.js';
import { readInParts } from '../read-in-parts.js';
import type { ReportQuery } from '../schema.js';
import { asHeading, FAMILY, NOTE, ROOM, STATE, STUDENT, TEACHER, WHEN_BY_DAY } from './columns.js';
import { SCHEDULE } from './times-shown.js';

interface Row extends TimeRow {
  /** The name and the id of who interprets. */
  interpreter: string;
  person: string;
  /** What the language is called. */
  language: string;
}

type Person = Pick<Interpreter, '_id' | 'name'>;

export const scheduleByInterpreter: Definition<Row> = {
  name: 'interpreters',
  title: 'Schedule by interpreter',
  about: 'Who interprets when, where, and in which language. Prints a sheet per interpreter and day.',
  columns: [
    { label: 'Interpreter', on: ['file'], value: ({ interpreter }) => interpreter },
    ...WHEN_BY_DAY,
    { label: 'Language', value: ({ language }) => language },
    TEACHER,
    ...ROOM,
    ...STUDENT,
    FAMILY,
    ...STATE,
    ...NOTE.map(asHeading),
  ],
  byDay: true,
  size: 25,
  sheetDay: SCHEDULE.sheetDay,
  search: 'Search interpreters',
  noun: ['interpreter', 'interpreters'],
  empty: {
    title: 'No interpreters',
    text: 'Add them in the event’s settings, under Interpreters.',
  },
  ...readInParts({ find: findPeople, groupsOf, batch: 25 }),
};

/** Those of the event by name: who has meetings that the reader sees, and, for who sees the whole event, who interprets now. */
async function findPeople(event: ReportEvent, { q, day }: ReportQuery): Promise<{ items: Person[] }> {
  const { _id, account } = event;
  const [found, ids] = await Promise.all([
    Interpreter.find({ event: _id, account }, { name: 1, status: 1, sortKey: 1 }).sort({ sortKey: 1 }).lean(),
    Appointment.distinct('interpreter', {
      ...scopeOf(event, day),
      state: { $in: LIVING_STATES },
      interpreter: { $exists: true },
    }),
  ]);
  const busy = new Set(ids.map(String));
  const words = searchWords(q).map(inKey);
  return {
    items: found.filter(
      ({ _id: id, status, sortKey }) =>
        ((status === 'active' && !event.sight.resource) || busy.has(String(id))) &&
        words.every((word) => word.test(sortKey)),
    ),
  };
}

async function groupsOf(event: ReportEvent, people: Person[], { day }: ReportQuery): Promise<Group<Row>[]> {
  const meetings = await Appointment.find(
    {
      ...scopeOf(event, day),
      state: { $in: LIVING_STATES },
      interpreter: { $in: people.map(({ _id }) => _id), $exists: true },
    },
    ROW,
    { batchSize: BATCH },
  )
    .sort({ from: 1, _id: 1 })
    .lean<Appointment[]>();
  const [rows, languageOf] = await Promise.all([matchNames(event, meetings), findLanguages(event, meetings)]);
  const nameOf = byId(people);
  const named = meetings.flatMap(({ interpreter, household }, n): Row[] => {
    const [row, person] = [rows[n], interpreter && nameOf(interpreter)];
    if (!row || !person) return [];
    // Who interprets is the heading, and a column of files.
    const answers = row.answers.filter(({ field }) => field !== 'interpreter');
    return [
      {
        ...row,
        answers,
        interpreter: person.name,
        person: String(person._id),
        language: languageOf(household),
      },
    ];
  });
  const rowsOf = groupBy(named, ({ person }) => person);
  return people.map(({ _id, name }) => ({ title: name, facts: [], rows: rowsOf.get(String(_id)) ?? [] }));
}

async function findLanguages({ account, locale }: ReportEvent, meetings: Pick<Appointment, 'household'>[]) {
  const households = await Household.find(
    { _id: { $in: meetings.map(({ household }) => household) }, account },
    { interpreter: 1 },
  ).lean();
  const of = byId(households);
  return (household: Types.ObjectId) => {
    const code = of(household)?.interpreter;
    return code ? nameSpoken(code, locale) : '';
  };
}
