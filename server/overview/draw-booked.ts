import { DateTime } from 'luxon';
import { countOf, number } from '../web/format-count.js';
import { fullDay, monthAndDay, shortDay } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import type { PlacedEvent } from '../web/place.js';
import { drawBars, layRow, type Across, type Chart, type Role } from '../web/draw-chart.js';
import type { Figures, TeacherFigures } from './count-figures.js';
import type { BookingDay } from './read-bookings.js';

/** If there are more days than this, only the last ones are shown. */
const MOST_DAYS = 60;
/** How many teachers have a bar on the page. */
const MOST_TEACHERS = 20;

export interface ShownDay extends BookingDay {
  label: string;
  /** How many appointments were booked at the end of the day. */
  total: number;
}

/** The number of appointments at the end of each day, from the first booking to today; of many days only the last ones. */
export function sumOverTime(days: BookingDay[], today: string): ShownDay[] {
  const [first] = days;
  if (!first) return [];
  const on = new Map(days.map((day) => [day.day, day]));
  const last = [today, days.at(-1)?.day ?? ''].sort().at(-1) ?? today;
  const shown: ShownDay[] = [];
  let total = 0;
  let at = DateTime.fromISO(first.day);
  for (let day = first.day; day <= last;) {
    const { booked, canceled } = on.get(day) ?? { booked: 0, canceled: 0 };
    total += booked - canceled;
    shown.push({ day, label: '', booked, canceled, total });
    if (shown.length > MOST_DAYS) shown.shift();
    at = at.plus({ days: 1 });
    day = String(at.toISODate());
  }
  return shown;
}

/** The chart of bookings over time with its table’s rows, newest first. Undefined if nothing was ever booked. */
export function drawOverTime(
  { days }: Pick<Figures, 'days'>,
  event: PlacedEvent,
  now: Date,
): { drawing: Chart; rows: ShownDay[] } | undefined {
  const eventEnd = event.days.at(-1) ?? '';
  const today = [dayOf(now, event.timeZone), eventEnd].sort()[0] ?? '';
  const shown = sumOverTime(days, today).map((day) => ({ ...day, label: shortDay(day.day, event) }));
  const last = shown.at(-1);
  if (!last) return undefined;
  const most = shown.reduce((a, b) => (b.booked > a.booked ? b : a));
  const drawing = drawBars({
    id: 'over-time',
    title: 'Appointments booked',
    description: `How many appointments were booked at the end of each day: ${number(last.total)} on ${fullDay(last.day, event)}. Most families booked on ${fullDay(most.day, event)}: ${number(most.booked)}. The table below has every day.`,
    parts: [{ role: 'full', label: 'Booked' }],
    columns: shown.map((day) => ({
      label: monthAndDay(day.day, event),
      group: '',
      tip: `${day.label}: ${number(day.total)} booked`,
      values: [Math.max(0, day.total)],
    })),
    say: number,
  });
  return { drawing, rows: shown.toReversed() };
}

/** This includes teachers without a free place. */
export interface TeacherRow extends TeacherFigures {
  href?: string;
  parts: (Across & { role: Role })[];
  tip: string;
}

/** The fullest teachers first, with a bar each: booked and free places. */
export function drawTeachers(
  teachers: TeacherFigures[],
  hrefOf: (id: string) => string | undefined,
): TeacherRow[] {
  const fullness = ({ booked, free }: TeacherFigures) => booked / Math.max(1, booked + free);
  const shown = teachers
    .filter(({ booked, free }) => booked + free > 0)
    .toSorted((a, b) => fullness(b) - fullness(a) || b.booked - a.booked || (a.name < b.name ? -1 : 1))
    .slice(0, MOST_TEACHERS);
  const full = Math.max(1, ...shown.map(({ booked, free }) => booked + free));
  const roles: Role[] = ['full', 'open'];
  return shown.map((teacher) => {
    const href = hrefOf(teacher.id);
    return {
      ...teacher,
      ...(href ? { href } : {}),
      tip: `${teacher.name}: ${number(teacher.booked)} booked, ${countOf(teacher.free, 'spot', 'spots')} free`,
      parts: layRow([teacher.booked, teacher.free], full).flatMap((part, index) => {
        const role = roles[index];
        return part && role ? [{ ...part, role }] : [];
      }),
    };
  });
}
