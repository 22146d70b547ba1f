import { hourOfDay, shortDay } from '../../web/format-time.js';
import { countHours, type Hour } from '../count-hours.js';
import type { Definition, ReportEvent } from '../make-report.js';
import type { ReportQuery } from '../schema.js';

export const hours: Definition<Hour> = {
  name: 'hours',
  title: 'Appointments by day and hour',
  about: 'How many of the times are booked, hour by hour. Shows where it gets crowded.',
  columns: [
    { label: 'Day', on: ['screen', 'paper'], value: ({ day }, place) => shortDay(day, place) },
    { label: 'Date', on: ['file'], value: ({ day }) => ({ day }) },
    { label: 'Hour', value: ({ at }, place) => hourOfDay(at, place) },
    { label: 'Booked', isNumber: true, value: ({ booked }) => booked },
    { label: 'Free', isNumber: true, value: ({ free }) => free },
    { label: 'Can be booked', isNumber: true, value: ({ booked, free }) => booked + free },
    {
      label: 'Booked, in percent',
      isNumber: true,
      value: ({ booked, free }) => Math.round((100 * booked) / Math.max(1, booked + free)),
    },
  ],
  byDay: true,
  size: 1000,
  noun: ['hour', 'hours'],
  empty: { title: 'No times yet', text: 'Make slots first. Then you’ll see here how full each hour is.' },
  read: async (event, query, slice) => {
    const rows = await countHours(event, query);
    const { skip, size } = slice(rows.length);
    return {
      total: rows.length,
      groups: [{ facts: [], rows: rows.slice(skip, skip + size) }],
    };
  },
  readAll: async function* (event: ReportEvent, query: ReportQuery) {
    yield [{ facts: [], rows: await countHours(event, query) }];
  },
};
