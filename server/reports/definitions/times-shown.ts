import type { Types } from 'mongoose';
import { atLeast } from '../../models/user.js';
import { number } from '../../web/format-count.js';
import type { TimeRow } from '../list-times.js';
import type { Definition, Group, ReportEvent } from '../make-report.js';
import type { ReportQuery } from '../schema.js';

/** Of schedules: whether times that nobody booked are among them. */
export const TIMES_SHOWN: Definition<TimeRow>['shows'] = {
  label: 'Times',
  items: [
    ['', 'Booked and free'],
    ['booked', 'Booked'],
  ],
};

/** "12 booked, 3 free". */
export function sumTimes(rows: TimeRow[], { show }: Pick<ReportQuery, 'show'>): string {
  const booked = `${number(rows.filter(({ free }) => !free).length)} booked`;
  const free = rows.filter((row) => row.free === 'visible').length;
  return show === 'booked' ? booked : `${booked}, ${number(free)} free`;
}

/** The way to where a teacher's families are marked as come, for whoever may. */
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
