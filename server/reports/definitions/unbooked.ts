import { contactName } from '../../models/contact.js';
import { number } from '../../web/format-count.js';
import { groupFamilies, type UnbookedFamily } from '../group-families.js';
import { listUnbooked, type Child } from '../list-unbooked.js';
import type { Column, Definition, ReportEvent } from '../make-report.js';
import { matchContacts, type Reachable } from '../match-contacts.js';
import { readInParts } from '../read-in-parts.js';
import type { ReportQuery } from '../schema.js';

/** A family, and whom to contact for it. */
interface Row {
  children: Child[];
  contacts: Reachable[];
}

/** How many contacts have columns of their own in a file, as a mail merge needs them. */
const OWN_COLUMNS = [0, 1];

const contactColumns = OWN_COLUMNS.flatMap((index): Column<Row>[] =>
  (['name', 'email', 'phone'] as const).map((key) => ({
    label: `${{ name: 'Contact', email: 'Email', phone: 'Phone' }[key]} ${String(index + 1)}`,
    on: ['file'],
    value: ({ contacts }) => contacts[index]?.[key] ?? '',
  })),
);

export const unbooked: Definition<Row> = {
  name: 'unbooked',
  title: 'Families without an appointment',
  about:
    'A row for each family that hasn’t booked, with whom to call or write to. Hidden classes don’t count.',
  columns: [
    { label: 'Students', value: ({ children }) => children.map((child) => contactName(child)).join(', ') },
    {
      label: 'Grade',
      value: ({ children }) =>
        children
          .map(({ grade }) => grade)
          .filter(Boolean)
          .join(', '),
    },
    {
      label: 'Contacts',
      on: ['screen', 'paper'],
      value: ({ contacts }) => contacts.map(inOneLine).join('\n') || 'Nobody on the roster',
    },
    ...contactColumns,
    {
      label: 'Further contacts',
      on: ['file'],
      value: ({ contacts }) => contacts.slice(OWN_COLUMNS.length).map(inOneLine).join(', '),
    },
  ],
  search: 'Search students and parents',
  pick: ({ children }) => children.map(({ _id }) => _id.toHexString()),
  writeTo: ({ show }) => (show === 'some' ? 'partly' : 'unbooked'),
  shows: {
    label: 'Families',
    items: [
      ['', 'No appointment at all'],
      ['some', 'Only some of their children'],
    ],
  },
  size: 50,
  noun: ['family', 'families'],
  empty: { title: 'Nobody is missing', text: 'Every student has at least one appointment.' },
  ...readInParts({
    find: findFamilies,
    groupsOf: async (event, families) => [{ facts: [], rows: await rowsOf(event, families) }],
    batch: 4000,
    more: ({ counts, students, without }) => ({
      counts,
      stats: [
        { label: 'Families without an appointment', value: counts[''] },
        { label: 'Students without an appointment', value: without, note: `of ${number(students)}` },
      ],
      ...(students === 0 ? { empty: NO_STUDENTS } : without > 0 ? { empty: ONLY_SOME } : {}),
    }),
  }),
};

const NO_STUDENTS = {
  title: 'No students yet',
  text: 'Students come with the classes of the event. Hidden classes don’t count.',
};

const ONLY_SOME = {
  title: 'No families here',
  text: 'Look at the other filter: some families have an appointment for only some of their children.',
};

async function findFamilies(event: ReportEvent, { q, show }: ReportQuery) {
  const found = await listUnbooked(event);
  const families = await groupFamilies(event.account, found, q);
  const some = families.filter(({ hasBooked }) => hasBooked);
  const none = families.filter(({ hasBooked }) => !hasBooked);
  return {
    items: show === 'some' ? some : none,
    counts: { '': none.length, some: some.length },
    students: found.students,
    without: found.without.length,
  };
}

async function rowsOf(event: ReportEvent, families: UnbookedFamily[]): Promise<Row[]> {
  const contacts = await matchContacts(event.account, families);
  return families.map(({ children }, index) => ({ children, contacts: contacts[index] ?? [] }));
}

function inOneLine({ name, email, phone }: Reachable): string {
  return [name, email, phone].filter(Boolean).join(', ');
}
