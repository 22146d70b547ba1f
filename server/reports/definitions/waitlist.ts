import type { Types } from 'mongoose';
import { Contact, contactName } from '../../models/contact.js';
import { Resource } from '../../models/resource.js';
import { comparePlaces, WaitlistEntry, type WaitlistState } from '../../models/waitlist-entry.js';
import { distinctIds } from '../../web/lists.js';
import { shortDayAndSpan, shortDayAndTime } from '../../web/format-time.js';
import type { Definition, ReportEvent, StatusKind } from '../make-report.js';
import { readFamilies } from '../match-families.js';
import { byId } from '../match-names.js';
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
  gone: { word: 'No longer possible', kind: 'off' },
};

export const waitlist: Definition<Row> = {
  name: 'waitlist',
  title: 'Waitlist',
  about: 'Families waiting for a time with a teacher, in line order, and what they were offered.',
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
  const resourceOf = byId(resources);
  const keyOf = ({ resource }: WaitlistEntry) => resourceOf(resource)?.sortKey ?? '';
  const sorted = entries.sort((a, b) => {
    if (keyOf(a) !== keyOf(b)) return keyOf(a) < keyOf(b) ? -1 : 1;
    return comparePlaces(a, b);
  });
  const places = new Map<string, number>();
  const items = sorted.map((entry): Item => {
    const id = entry.resource.toHexString();
    const place = entry.open ? (places.get(id) ?? 0) + 1 : 0;
    if (place > 0) places.set(id, place);
    return { entry, place, teacher: resourceOf(entry.resource)?.name ?? '' };
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
  const studentOf = byId(students);
  const nameOf = (id: Types.ObjectId) => contactName(studentOf(id) ?? {});
  return items.map((item) => ({
    ...item,
    students: item.entry.students.map(nameOf).filter(Boolean).join(', '),
    family: families.get(item.entry.household.toHexString())?.said ?? '',
  }));
}
