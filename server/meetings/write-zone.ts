import { LRUCache } from 'lru-cache';
import { DateTime, FixedOffsetZone, IANAZone } from 'luxon';
import { remember } from '../web/remember.js';

const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

/**
 * A zone's offsets over the days of some moments, as calendars need them (RFC 5545, 3.2.19), from the same data that the times themselves
 * use. Libraries with ready-made definitions have other data, and a meeting could be an hour off.
 */
export function writeZone(zone: string, moments: Date[]): string {
  const times = moments.map((moment) => moment.getTime());
  const first = Math.min(...times) - DAY_MS;
  const last = Math.max(...times) + DAY_MS;
  return remember(zones, `${zone} ${first} ${last}`, () => writeBetween(zone, first, last));
}

/** Kept, because at an opening hundreds of families get the same few times of one event. */
const zones = new LRUCache<string, string>({ max: 500 });

function writeBetween(zone: string, first: number, last: number): string {
  const parts = [
    observance(zone, first, first),
    ...changesBetween(zone, first, last).map((at) => observance(zone, at, at - MINUTE_MS)),
  ];
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...parts.flat(), 'END:VTIMEZONE'].join('\r\n');
}

/** The moments at which the offset changes, to the minute. No zone changes twice a day. */
function changesBetween(name: string, first: number, last: number): number[] {
  const zone = IANAZone.create(name);
  const changes: number[] = [];
  for (let day = first; day < last; day += DAY_MS) {
    const before = zone.offset(day);
    if (zone.offset(day + DAY_MS) === before) continue;
    let [low, high] = [Math.floor(day / MINUTE_MS), Math.ceil((day + DAY_MS) / MINUTE_MS)];
    while (high - low > 1) {
      const middle = Math.floor((low + high) / 2);
      if (zone.offset(middle * MINUTE_MS) === before) low = middle;
      else high = middle;
    }
    changes.push(high * MINUTE_MS);
  }
  return changes;
}

/** RFC 5545's form of local times: 20261101T020000. */
const LOCAL = { format: 'basic', includeOffset: false, suppressMilliseconds: true } as const;

/** One observance: from a moment on, the zone has the offset of that moment. Its start is written in the time that held before. */
function observance(zone: string, from: number, justBefore: number): string[] {
  const at = DateTime.fromMillis(from, { zone, locale: 'en-US' });
  const before = IANAZone.create(zone).offset(justBefore);
  const kind = at.isInDST ? 'DAYLIGHT' : 'STANDARD';
  return [
    `BEGIN:${kind}`,
    `DTSTART:${at.setZone(FixedOffsetZone.instance(before)).toISO(LOCAL) ?? ''}`,
    `TZOFFSETFROM:${offsetText(before)}`,
    `TZOFFSETTO:${offsetText(at.offset)}`,
    `TZNAME:${at.offsetNameShort ?? zone}`,
    `END:${kind}`,
  ];
}

/** @param minutes east of Greenwich */
function offsetText(minutes: number): string {
  const hours = Math.floor(Math.abs(minutes) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(hours)}${two(Math.abs(minutes) % 60)}`;
}
