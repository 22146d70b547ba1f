import type { Types } from 'mongoose';
import { atLeast } from '../../models/user.js';
import { number } from '../../web/format-count.js';
import type { TimeRow, TimesAsked } from '../list-times.js';
import type { Definition, Group, ReportEvent } from '../make-report.js';
import type { ReportQuery } from '../schema.js';
import { answerColumns } from './columns.js';

/** What schedules with booked and free times have in common, whatever they are grouped by. */
export const SCHEDULE = {
  eventColumns: answerColumns,
  byDay: true,
  shows: {
    label: 'Times',
    items: [
      ['', 'Booked and free'],
      ['booked', 'Booked'],
    ],
  },
  size: 25,
  sum: sumTimes,
  sheetDay: ({ day }) => day,
} satisfies Partial<Definition<TimeRow>>;

/** Whether a schedule includes free times. */
export function timesAsked({ day, show }: ReportQuery): TimesAsked {
  return { day, withFree: show !== 'booked' };
}

/** "12 booked, 3 free". */
function sumTimes(rows: TimeRow[], { show }: Pick<ReportQuery, 'show'>): string {
  const booked = `${number(rows.filter(({ free }) => !free).length)} booked`;
  const free = rows.filter((row) => row.free === 'visible').length;
  return show === 'booked' ? booked : `${booked}, ${number(free)} free`;
}

/** The link for marking which of a teacher's families came, for people who may. */
export function markLink(
  event: ReportEvent,
  resource: Types.ObjectId,
  rows: TimeRow[],
): Pick<Group<TimeRow>, 'link'> {
  if (!atLeast(event.level, 'appointment maker') || rows.every(({ free }) => free)) return {};
  return {
    link: {
      label: 'Mark who came',
      href: `/events/${event._id.toHexString()}/attendance/${resource.toHexString()}`,
    },
  };
}
