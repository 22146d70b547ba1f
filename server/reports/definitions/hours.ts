import { number } from '../../web/format-count.js';
import { hourOfDay, shortDay } from '../../web/format-time.js';
import { drawBars } from '../../web/draw-chart.js';
import { countHours, type Hour } from '../count-hours.js';
import type { Definition, ReportEvent } from '../make-report.js';
import type { ReportQuery } from '../schema.js';

/** With more columns than this, the chart shows days. */
const MOST_COLUMNS = 48;

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
      label: 'Percent booked',
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
      ...(rows.length > 0 ? { chart: { title: 'How full each hour is', drawing: draw(rows, event) } } : {}),
    };
  },
  readAll: async function* (event: ReportEvent, query: ReportQuery) {
    yield [{ facts: [], rows: await countHours(event, query) }];
  },
};

function draw(rows: Hour[], event: ReportEvent) {
  const days = new Map<string, Hour>();
  for (const { day, at, booked, free } of rows) {
    const sum = days.get(day) ?? { day, at, booked: 0, free: 0 };
    days.set(day, { ...sum, booked: sum.booked + booked, free: sum.free + free });
  }
  const byHour = rows.length <= MOST_COLUMNS;
  const columns = byHour ? rows : [...days.values()];
  const fullest = rows.reduce((a, b) => (b.booked > a.booked ? b : a));
  const said = ({ day, at }: Hour) => `${shortDay(day, event)}, ${hourOfDay(at, event)}`;
  return drawBars({
    id: 'hours',
    title: byHour ? 'Times in each hour' : 'Times on each day',
    description: `Booked and free times, ${byHour ? 'hour by hour' : 'day by day'}. The most are booked on ${said(fullest)}: ${number(fullest.booked)}. The table below has every number.`,
    parts: [
      { role: 'full', label: 'Booked' },
      { role: 'open', label: 'Free' },
    ],
    columns: columns.map((hour) => ({
      label: byHour ? hourOfDay(hour.at, event) : shortDay(hour.day, event),
      group: byHour ? shortDay(hour.day, event) : '',
      tip: `${byHour ? said(hour) : shortDay(hour.day, event)}: ${number(hour.booked)} booked, ${number(hour.free)} free`,
      values: [hour.booked, hour.free],
    })),
    say: number,
  });
}
