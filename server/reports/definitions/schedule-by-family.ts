import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../models/appointment.js';
import { searchKey } from '../../models/search-key.js';
import { countOf } from '../../web/format-count.js';
import { groupBy } from '../../web/lists.js';
import { filterOf, scopeOf } from '../list-appointments.js';
import type { TimeRow } from '../list-times.js';
import type { Definition, Group, ReportEvent } from '../make-report.js';
import { matchFamilies } from '../match-families.js';
import { matchNames } from '../match-names.js';
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

interface NamedFamily {
  _id: Types.ObjectId;
  name: string;
}

export const scheduleByFamily: Definition<TimeRow> = {
  name: 'families',
  title: 'Schedule by family',
  about: 'Each family’s appointments. Prints a sheet per family, to send home.',
  columns: [asHeading(FAMILY), ...WHEN, TEACHER, ...ROOM, ...STUDENT, ...STATE, ...NOTE, asHeading(CAME)],
  eventColumns: answerColumns,
  search: 'Search parents, students and teachers',
  byDay: true,
  sum: (rows) => countOf(rows.length, 'appointment', 'appointments'),
  size: 50,
  noun: ['family', 'families'],
  empty: {
    title: 'No family has booked yet',
    text: 'You’ll see each family’s appointments here as soon as the first one books.',
  },
  ...readInParts({
    find: async (event, query) => ({ items: await findFamilies(event, query) }),
    groupsOf,
    batch: 200,
  }),
};

/** Families with an appointment that the reader sees, by name. */
async function findFamilies(event: ReportEvent, query: ReportQuery): Promise<NamedFamily[]> {
  const filter = await filterOf(event, query);
  const found = await Appointment.distinct('household', { ...filter, state: { $in: LIVING_STATES } });
  const names = await matchFamilies(event.account, found);
  const families = found.map((_id) => ({
    _id,
    name: names.get(_id.toHexString()) || 'Family without a name',
  }));
  const keyOf = new Map(families.map(({ _id, name }) => [_id, lastNameFirst(name)]));
  return families.sort((a, b) => ((keyOf.get(a._id) ?? '') < (keyOf.get(b._id) ?? '') ? -1 : 1));
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
): Promise<Group<TimeRow>[]> {
  const appointments = await Appointment.find({
    ...scopeOf(event, day),
    household: { $in: families.map(({ _id }) => _id) },
    state: { $in: LIVING_STATES },
  })
    .sort({ from: 1 })
    .lean();
  const rowsOf = groupBy(await matchNames(event, appointments), ({ household }) => household);
  return families.map(({ _id, name }) => ({
    title: name,
    facts: [],
    rows: rowsOf.get(_id.toHexString()) ?? [],
  }));
}
