import ical, { ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { DateTime, FixedOffsetZone } from 'luxon';
import type { Account } from '../models/account.js';
import type { Event } from '../models/event.js';
import type { Meeting } from './queries.js';

export interface CalendarEntry extends Meeting {
  cancelled?: boolean;
}

/**
 * A calendar file (RFC 5545) of a family's meetings. The same meeting has the same UID in every file, so that a later one changes or
 * cancels the entry that an earlier one made.
 * @param stamp when the file is made
 */
export function writeCalendar(
  event: Pick<Event, 'name' | 'place' | 'timeZone' | 'link'>,
  account: Pick<Account, 'name'>,
  entries: CalendarEntry[],
  publicUrl: string,
  stamp: Date,
): string {
  const zone = event.timeZone;
  const host = new URL(publicUrl).hostname;
  const allCancelled = entries.length > 0 && entries.every((entry) => entry.cancelled);
  const calendar = ical({
    name: `${event.name}, ${account.name}`,
    prodId: { company: 'Slotbell', product: 'Slotbell' },
    method: allCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH,
    timezone: { name: zone, generator: () => zoneComponent(zone, entries, stamp) },
  });
  for (const entry of entries) {
    calendar.createEvent({
      id: `${entry.id}@${host}`,
      // Luxon's times carry their zone; a plain Date would be written in the server's.
      start: DateTime.fromJSDate(entry.from, { zone }),
      end: DateTime.fromJSDate(entry.to, { zone }),
      timezone: zone,
      stamp,
      sequence: entry.cancelled ? 1 : 0,
      status: entry.cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      summary: `${entry.teacher} (${entry.children})`,
      description: [entry.className, account.name].filter((part) => part).join('\n'),
      location: [entry.room, event.place].filter((part) => part).join(', '),
      url: `${publicUrl}/e/${event.link}`,
    });
  }
  return calendar.toString();
}

/** The zone's offsets over the days of the entries: a calendar needs them to be told (RFC 5545, 3.2.19). */
function zoneComponent(zone: string, entries: CalendarEntry[], stamp: Date): string {
  const times = entries.length > 0 ? entries.map((entry) => entry.from.getTime()) : [stamp.getTime()];
  const first = DateTime.fromMillis(Math.min(...times), { zone })
    .startOf('day')
    .minus({ days: 1 });
  const last = DateTime.fromMillis(Math.max(...times), { zone }).plus({ days: 2 });
  const parts = [observance(first, first.offset)];
  for (let at = first; at < last; at = at.plus({ hours: 1 })) {
    const next = at.plus({ hours: 1 });
    if (next.offset !== at.offset) parts.push(observance(next, at.offset));
  }
  return ['BEGIN:VTIMEZONE', `TZID:${zone}`, ...parts.flat(), 'END:VTIMEZONE'].join('\r\n');
}

/** From a moment on the zone has the offset of that moment; begins are told in the time that held before. */
function observance(at: DateTime, before: number): string[] {
  const kind = at.isInDST ? 'DAYLIGHT' : 'STANDARD';
  return [
    `BEGIN:${kind}`,
    `DTSTART:${at.setZone(FixedOffsetZone.instance(before)).toFormat("yyyyMMdd'T'HHmmss")}`,
    `TZOFFSETFROM:${offsetText(before)}`,
    `TZOFFSETTO:${offsetText(at.offset)}`,
    `TZNAME:${at.toFormat('ZZZZ')}`,
    `END:${kind}`,
  ];
}

/** @param minutes east of Greenwich */
function offsetText(minutes: number): string {
  const hours = Math.floor(Math.abs(minutes) / 60);
  const two = (value: number) => String(value).padStart(2, '0');
  return `${minutes < 0 ? '-' : '+'}${two(hours)}${two(Math.abs(minutes) % 60)}`;
}
