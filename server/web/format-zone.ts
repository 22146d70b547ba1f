import { LRUCache } from 'lru-cache';
import type { Place } from './place.js';
import { remember } from './remember.js';

const names = new LRUCache<string, string>({ max: 500 });

/** "Central Time", for readers who may be elsewhere. */
export function zoneName({ timeZone, locale }: Place): string {
  return remember(names, `${locale} ${timeZone}`, () => nameOf(timeZone, locale));
}

function nameOf(timeZone: string, locale: string): string {
  const parts = new Intl.DateTimeFormat(locale, { timeZone, timeZoneName: 'longGeneric' }).formatToParts();
  const name = parts.find(({ type }) => type === 'timeZoneName')?.value ?? timeZone;
  return name === 'GMT+00:00' || name === 'GMT' ? 'UTC' : name;
}

/** The name of a place's zone if its clock may differ from the reader's; otherwise ''. */
export function zoneIfElsewhere(place: Place, reader: Place): string {
  return place.timeZone === reader.timeZone ? '' : zoneName(place);
}

/** The zones of the United States by population, so that most schools find theirs first. */
const US_ZONES = [
  'America/New_York',
  'America/Chicago',
  'America/Denver',
  'America/Phoenix',
  'America/Los_Angeles',
  'America/Anchorage',
  'Pacific/Honolulu',
  'America/Puerto_Rico',
  'Pacific/Guam',
  'Pacific/Pago_Pago',
];

export interface ZoneOption {
  value: string;
  label: string;
}

/**
 * The zones that a setting offers: those of the United States first, as "Central Time (Chicago)", then all others by their place.
 * @param current the present setting, which may be an old name that is not in the list
 */
export function zoneOptions(current = ''): ZoneOption[] {
  const others = Intl.supportedValuesOf('timeZone').filter((zone) => !US_ZONES.includes(zone));
  const isKnown = current === '' || US_ZONES.includes(current) || others.includes(current);
  return [...US_ZONES, ...(isKnown ? [] : [current]), ...others].map((value) => ({
    value,
    label: zoneLabel(value),
  }));
}

/** The zone that a new account is offered: the zone of this computer, or Chicago if that is UTC, which no school is in. */
export function hostZone(): string {
  const zone = new Intl.DateTimeFormat().resolvedOptions().timeZone;
  return /^(Etc\/|UTC$|GMT)/.test(zone) ? 'America/Chicago' : zone;
}

/** How a setting shows a zone: "Central Time (Chicago)", "Europe/Paris". */
export function zoneLabel(zone: string): string {
  if (!US_ZONES.includes(zone)) return zone.replaceAll('_', ' ');
  const place = zone.split('/').at(-1)?.replaceAll('_', ' ') ?? '';
  return `${zoneName({ timeZone: zone, locale: 'en-US' })} (${place})`;
}
