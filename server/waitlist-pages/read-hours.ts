import { WHOLE_DAY } from '../models/plan.js';
import type { WaitlistEntry } from '../models/waitlist-entry.js';
import { hoursOf } from '../waitlist/policy.js';
import { daysInWords, fieldSpan } from '../web/format-time.js';
import { parseForm } from '../web/parse.js';
import type { PlacedEvent } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import { hoursForm, type HoursForm } from './schema.js';

/** When a family in line can come. None: at any time. */
export type Hours = Pick<WaitlistEntry, 'days'>;

const { from: FIRST, to: LAST } = WHOLE_DAY;

const NO_HOURS: HoursForm = { day: [], shown: [], from: '', to: '' };

/** When they can come, also on days of the event that came after they said so. */
export function hoursOn(
  event: Pick<PlacedEvent, 'days'>,
  { days, asked }: Pick<WaitlistEntry, 'days' | 'asked'>,
): Hours {
  const later = days.length === 0 || !asked ? [] : event.days.filter((day) => !asked.includes(day));
  const all = [...days, ...later.map((day) => ({ day, ...WHOLE_DAY }))];
  return { days: all.toSorted((a, b) => a.day.localeCompare(b.day)) };
}

/**
 * Reads the form of a family's hours. All days and no times are as good as none. The form has one span for all days: a day keeps its own
 * unless that span was changed.
 */
export function readHours(
  event: Pick<PlacedEvent, 'days' | 'locale'>,
  body: unknown,
  before: Hours = { days: [] },
):
  | { ok: true; hours: Hours & Required<Pick<WaitlistEntry, 'asked'>> }
  | { ok: false; errors: Record<string, string> } {
  const parsed = parseForm(hoursForm, body);
  const { day, shown: asked, from, to } = parsed.ok ? parsed.value : NO_HOURS;
  if (from && to && to <= from) return { ok: false, errors: { to: wordsOf(event)('waitlist.window') } };
  // A day that was added while the form was open was not asked about.
  const known = event.days.filter((one) => asked.length === 0 || asked.includes(one));
  const chosen = known.filter((one) => day.includes(one));
  const days = chosen.length > 0 ? chosen : known;
  const shown = hoursIn(before);
  const isSame = from === shown.from && to === shown.to;
  const windows = days.flatMap((one) => {
    const own = isSame ? before.days.filter((window) => window.day === one) : [];
    return own.length > 0 ? own : [{ day: one, from: from || FIRST, to: to || LAST }];
  });
  return { ok: true, hours: { days: hoursOf(windows, known), asked: known } };
}

/** What the form shows of them. */
export function hoursIn({ days }: Hours): { day: string[]; from: string; to: string } {
  const [first] = days;
  const bare = (time: string | undefined, none: string) => (!time || time === none ? '' : time);
  return {
    day: days.map(({ day }) => day),
    from: bare(first?.from, FIRST),
    to: bare(first?.to, LAST),
  };
}

/** "Monday, December 7, 2026, 3:00–5:00 PM", one day after the other. */
export function hoursInWords({ days }: Hours, event: PlacedEvent): string {
  if (days.length === 0) return wordsOf(event)('waitlist.anyTime');
  return days
    .map(({ day, from, to }) => {
      const all = from === FIRST && to === LAST;
      return all ? daysInWords([day], event) : `${daysInWords([day], event)}, ${fieldSpan(from, to, event)}`;
    })
    .join('; ');
}
