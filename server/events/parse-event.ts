import { DateTime } from 'luxon';
import { MAX_DAYS, type Event } from '../models/event.js';
import { countOf } from '../web/format-count.js';
import { fieldTime, fullDay } from '../web/format-time.js';
import { dayOf, fromLocal, isDay } from '../web/local-time.js';
import type { Style } from '../web/place.js';
import { parseForm, typedValues, type Parsed } from '../web/parse.js';
import { eventForm, type EventForm, type EventSettings } from './schema.js';

export interface EventContext extends Style {
  now: Date;
  /** When editing: the event as it is, and how many slots it has on each of its days. */
  event?: Pick<Event, 'days' | 'timeZone'>;
  slotsByDay?: Map<string, number>;
}

/** Checks the form of a new or edited event. Days may be entered in any order and count once; local times are read in the event's zone. */
export function parseEvent(body: unknown, context: EventContext): Parsed<EventSettings> {
  const parsed = parseForm(eventForm, body);
  const typed = parsed.ok ? parsed.value : readable(body, parsed.errors);
  const days = [...new Set(typed.days.filter((day) => day !== ''))].sort();
  const opens = typed.opensAt ? fromLocal(typed.opensAt.slice(0, 16), typed.timeZone) : undefined;
  const closes = typed.closesAt ? fromLocal(typed.closesAt.slice(0, 16), typed.timeZone) : undefined;
  const errors: Record<string, string> = {
    ...faultsOfWindow(opens, closes, days, typed.timeZone),
    ...faultOf('timeZone', faultOfZone(typed.timeZone, context)),
    ...faultOf('days', faultOfDays(days, typed.timeZone, context)),
    ...faultOf('opensAt', typed.opensAt && !opens ? noSuchTime(typed.opensAt, context) : ''),
    ...faultOf('closesAt', typed.closesAt && !closes ? noSuchTime(typed.closesAt, context) : ''),
    ...(parsed.ok ? {} : parsed.errors),
  };
  if (!parsed.ok && parsed.errors.days) errors.days = 'Enter each day as a date.';
  if (!parsed.ok || Object.keys(errors).length > 0)
    return { ok: false, errors: inOrder(errors), values: typedValues(body) };

  const { days: _typed, opensAt: _opens, closesAt: _closes, staffAnytime, ...form } = parsed.value;
  const { name, place, description, timeZone, ...numbers } = form;
  const booking = {
    ...numbers,
    staffAnytime,
    ...(opens ? { opensAt: opens } : {}),
    ...(closes ? { closesAt: closes } : {}),
  };
  return { ok: true, value: { name, place, description, timeZone, days, booking } };
}

/** The days and times that can be read although another field is wrong, so that all faults are shown at once. */
function readable(
  body: unknown,
  errors: Record<string, string>,
): Pick<EventForm, 'days' | 'opensAt' | 'closesAt' | 'timeZone'> {
  const typed = typedValues(body) as Partial<Record<keyof EventForm, string | string[]>>;
  const text = (key: 'opensAt' | 'closesAt' | 'timeZone') => (errors[key] ? '' : String(typed[key] ?? ''));
  const days = errors.days ? [] : [typed.days ?? []].flat();
  return { days, opensAt: text('opensAt'), closesAt: text('closesAt'), timeZone: text('timeZone') || 'UTC' };
}

/** The summary lists faults in the order of the fields. */
function inOrder(errors: Record<string, string>): Record<string, string> {
  const fields = ['name', 'days', 'place', 'timeZone', 'description', 'opensAt', 'closesAt'];
  const place = (field: string) => (fields.includes(field) ? fields.indexOf(field) : fields.length);
  return Object.fromEntries(Object.entries(errors).sort(([a], [b]) => place(a) - place(b)));
}

function faultOf(field: string, message: string | undefined): Record<string, string> {
  return message ? { [field]: message } : {};
}

function faultOfZone(zone: string, { event, slotsByDay }: EventContext): string | undefined {
  if (!event || !slotsByDay?.size || event.timeZone === zone) return undefined;
  return 'You can’t change the time zone while there are slots. Remove the slots first.';
}

function faultOfDays(
  days: string[],
  zone: string,
  { now, event, slotsByDay, locale }: EventContext,
): string | undefined {
  if (days.length === 0) return 'Enter at least one day.';
  if (days.length > MAX_DAYS) return `Enter ${MAX_DAYS} days at most.`;
  const wrong = days.find((day) => !isDay(day));
  if (wrong) return `${wrong} isn’t a date. Check the year, month, and day.`;
  const known = event?.days ?? [];
  const today = dayOf(now, zone);
  const past = days.find((day) => day < today && !known.includes(day));
  if (past) return `${fullDay(past, { locale })} is over. Check the year.`;
  const far = days.find((day) => day > dayOf(DateTime.fromJSDate(now).plus({ years: 2 }).toJSDate(), zone));
  if (far) return `${fullDay(far, { locale })} is more than two years away. Check the year.`;
  const dropped = known.find((day) => !days.includes(day) && slotsByDay?.has(day));
  if (!dropped) return undefined;
  const slots = slotsByDay?.get(dropped) ?? 0;
  return `${fullDay(dropped, { locale })} has ${countOf(slots, 'slot', 'slots')}. Remove them first, on the Slots tab.`;
}

function noSuchTime(local: string, style: Style): string {
  const day = local.slice(0, 10);
  if (!isDay(day)) return 'There’s no such date. Check the month and day.';
  return `There is no ${fieldTime(local.slice(11, 16), style)} on ${fullDay(day, style)}: the clocks go forward then. Enter another time.`;
}

function faultsOfWindow(
  opens: Date | undefined,
  closes: Date | undefined,
  days: string[],
  zone: string,
): Record<string, string> {
  if (opens && closes && closes <= opens) return { closesAt: 'Booking must close after it opens.' };
  const last = days.at(-1);
  if (opens && last && dayOf(opens, zone) > last)
    return { opensAt: 'Booking must open before the last day is over.' };
  return {};
}
