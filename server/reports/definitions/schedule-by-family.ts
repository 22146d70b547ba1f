import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { searchKey } from '../../models/search-key.js';
import { countOf } from '../../web/format-count.js';
import { distinctIds, groupBy } from '../../web/lists.js';
import { findWanted, readFew, scopeOf, type Wanted } from '../list-appointments.js';
import type { TimeRow } from '../list-times.js';
import type { Definition, Group, ReportEvent } from '../make-report.js';
import { sayFamilies } from '../match-families.js';
import { matchNames, ROW } from '../match-names.js';
import { readInParts } from '../read-in-parts.js';
import type { ReportQuery } from '../schema.js';
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

/** Families on a page, and more appointments than those have. */
const PAGE = 50;
const MOST_ON_PAGE = 100_000;

interface NamedFamily {
  _id: Types.ObjectId;
  name: string;
  /** The same as a row has it: '' where nobody is known. */
  said: string;
}

export const scheduleByFamily: Definition<TimeRow> = {
  name: 'families',
  title: 'Schedule by family',
  about: 'Each family’s appointments. Prints families under one another, to cut apart and send home.',
  sharesSheets: true,
  columns: [asHeading(FAMILY), ...WHEN, TEACHER, ...ROOM, ...STUDENT, ...STATE, ...NOTE, asHeading(CAME)],
  eventColumns: answerColumns,
  search: 'Search parents, students, and teachers',
  byDay: true,
  sum: (rows) => countOf(rows.length, 'appointment', 'appointments'),
  size: PAGE,
  noun: ['family', 'families'],
  empty: {
    title: 'No family has booked yet',
    text: 'You’ll see each family’s appointments here as soon as the first one books.',
  },
  ...readInParts({
    find: findFamilies,
    groupsOf,
    batch: 2500,
  }),
};

/** Families with an appointment that the reader sees, by name. */
async function findFamilies(
  event: ReportEvent,
  query: ReportQuery,
): Promise<{ items: NamedFamily[]; known: Wanted['known'] }> {
  const { filter, called, known } = await findWanted(event, query);
  const found = called
    ? distinctIds(called.flatMap(({ state, household }) => (LIVING_STATES.includes(state) ? household : [])))
    : await Appointment.distinct('household', { ...filter, state: { $in: LIVING_STATES } });
  const names = known?.families ?? (await sayFamilies(event.account, found));
  const families = found.map((_id) => {
    const said = names.get(_id.toHexString()) ?? '';
    return { _id, said, name: said || 'Family without a name' };
  });
  const keyOf = new Map(families.map(({ _id, name }) => [_id, lastNameFirst(name)]));
  const items = families.sort((a, b) => ((keyOf.get(a._id) ?? '') < (keyOf.get(b._id) ?? '') ? -1 : 1));
  return { items, known };
}

/** A login has one name; its last word is used to sort families. */
function lastNameFirst(name: string): string {
  const [first = ''] = name.split(', ');
  const words = searchKey(first).split(' ');
  return [words.at(-1), ...words].join(' ');
}

async function groupsOf(
  event: ReportEvent,
  families: NamedFamily[],
  { day }: ReportQuery,
  { known }: { known: Wanted['known'] },
): Promise<Group<TimeRow>[]> {
  const theirs = {
    ...scopeOf(event, day),
    household: { $in: families.map(({ _id }) => _id) },
    state: { $in: LIVING_STATES },
  };
  const { appointments, slots } =
    families.length > PAGE
      ? { appointments: await readAll(theirs), slots: [] }
      : await readFew(theirs, 0, MOST_ON_PAGE);
  const names = new Map(families.map(({ _id, said }) => [_id.toHexString(), said]));
  const rowsOf = groupBy(
    await matchNames(event, appointments, { ...known, families: names, slots }),
    ({ household }) => household,
  );
  return families.map(({ _id, name }) => ({
    title: name,
    facts: [],
    rows: rowsOf.get(_id.toHexString()) ?? [],
  }));
}

/** Of thousands of families, past mongoose, which would look at each id. */
function readAll(filter: object): Promise<Appointment[]> {
  return Appointment.collection
    .find<Appointment>(filter, { projection: ROW })
    .sort({ from: 1, _id: 1 })
    .toArray();
}
