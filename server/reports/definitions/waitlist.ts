import type { Types } from 'mongoose';
import { Contact, contactName } from '../../models/contact.js';
import { Resource } from '../../models/resource.js';
import { WaitlistEntry, type WaitlistState } from '../../models/waitlist-entry.js';
import { distinctIds } from '../../web/lists.js';
import { shortDayAndSpan, shortDayAndTime } from '../../web/format-time.js';
import type { Definition, ReportEvent, StatusKind } from '../make-report.js';
import { readFamilies } from '../match-families.js';
import { readInParts } from '../read-in-parts.js';
import type { ReportQuery } from '../schema.js';

interface Row {
  entry: WaitlistEntry;
  /** In the line of its teacher; 0: not in line any more. */
  place: number;
  teacher: string;
  students: string;
  family: string;
}

const STATES: Record<WaitlistState, { word: string; kind: StatusKind }> = {
  waiting: { word: 'Waiting', kind: 'busy' },
  offering: { word: 'Being offered a time', kind: 'busy' },
  offered: { word: 'Offered a time', kind: 'notice' },
  booked: { word: 'Booked', kind: 'ok' },
  left: { word: 'Left', kind: 'off' },
  lapsed: { word: 'Didn’t answer', kind: 'off' },
  removed: { word: 'Taken off', kind: 'off' },
  gone: { word: 'Nothing to wait for', kind: 'off' },
};

export const waitlist: Definition<Row> = {
  name: 'waitlist',
  title: 'Waitlist',
  about: 'Families that wait for a time with a teacher, in their order, with what they’ve been offered.',
  least: 'event administrator',
  columns: [
    { label: 'Teacher', value: ({ teacher }) => teacher },
    { label: 'Place', isNumber: true, value: ({ place }) => place || '' },
    { label: 'Students', value: ({ students }) => students },
    { label: 'Family', value: ({ family }) => family },
    { label: 'Joined', value: ({ entry }, style) => shortDayAndTime(entry.joinedAt, style) },
    {
      label: 'State',
      value: ({ entry }) => STATES[entry.state].word,
      status: ({ entry }) => STATES[entry.state].kind,
    },
    {
      label: 'Offered',
      value: ({ entry: { offer, open } }, style) =>
        offer && open ? shortDayAndSpan(offer.from, offer.to, style) : '',
    },
    {
      label: 'Kept until',
      value: ({ entry: { offer, open } }, style) =>
        offer && open ? shortDayAndTime(offer.until, style) : '',
    },
    { label: 'Offers', isNumber: true, value: ({ entry }) => entry.offers },
  ],
  shows: {
    label: 'Families',
    items: [
      ['', 'In line'],
      ['all', 'All, with those who left'],
    ],
  },
  size: 50,
  noun: ['family in line', 'families in line'],
  empty: { title: 'Nobody is waiting', text: 'Families join where a teacher has no free time for them.' },
  ...readInParts({
    find: findEntries,
    groupsOf: async (event, items) => [{ facts: [], rows: await rowsOf(event, items) }],
    batch: 2000,
  }),
};

type Item = Pick<Row, 'entry' | 'place' | 'teacher'>;

async function findEntries({ _id, account }: ReportEvent, { show }: ReportQuery): Promise<{ items: Item[] }> {
  const [entries, resources] = await Promise.all([
    WaitlistEntry.find({ event: _id, account, ...(show === 'all' ? {} : { open: true }) }).lean(),
    Resource.find({ event: _id, account }, { name: 1, sortKey: 1 }).lean(),
  ]);
  const byId = new Map(resources.map((one) => [one._id.toHexString(), one]));
  const keyOf = ({ resource }: WaitlistEntry) => byId.get(resource.toHexString())?.sortKey ?? '';
  const sorted = entries.sort((a, b) => {
    if (keyOf(a) !== keyOf(b)) return keyOf(a) < keyOf(b) ? -1 : 1;
    return +a.joinedAt - +b.joinedAt || (String(a._id) < String(b._id) ? -1 : 1);
  });
  const places = new Map<string, number>();
  const items = sorted.map((entry): Item => {
    const id = entry.resource.toHexString();
    if (entry.open) places.set(id, (places.get(id) ?? 0) + 1);
    return {
      entry,
      place: entry.open ? (places.get(id) ?? 0) : 0,
      teacher: byId.get(id)?.name ?? '',
    };
  });
  return { items };
}

async function rowsOf({ account }: ReportEvent, items: Item[]): Promise<Row[]> {
  const entries = items.map(({ entry }) => entry);
  const [students, families] = await Promise.all([
    Contact.find(
      { _id: { $in: distinctIds(entries.flatMap((entry) => entry.students)) }, account },
      { firstName: 1, lastName: 1 },
    ).lean(),
    readFamilies(account, distinctIds(entries.map(({ household }) => household))),
  ]);
  const nameOf = (id: Types.ObjectId) => contactName(students.find(({ _id }) => _id.equals(id)) ?? {});
  return items.map((item) => ({
    ...item,
    students: item.entry.students.map(nameOf).filter(Boolean).join(', '),
    family: families.get(item.entry.household.toHexString())?.said ?? '',
  }));
}
