import ical, { escape, ICalCalendarMethod, ICalEventStatus, type ICalCalendar } from 'ical-generator';
import { DateTime } from 'luxon';
import type { Account } from '../models/account.js';
import type { Event } from '../models/event.js';
import { styleOf, type Style } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import type { Meeting } from './name-meetings.js';
import { addressOf, mapOf, partsOf } from './say-place.js';
import { writeZone } from './write-zone.js';

export interface CalendarEntry extends Meeting {
  cancelled?: boolean;
}

/** The meetings of one event. */
export interface CalendarPart {
  event: Pick<Event, 'name' | 'place' | 'timeZone' | 'link'> & Partial<Style>;
  account: Pick<Account, 'name'>;
  entries: CalendarEntry[];
  /** When an entry was last written. It never goes back for the same entry. */
  stampOf: (entry: CalendarEntry) => Date;
}

/**
 * A calendar file (RFC 5545) of a family's meetings. A meeting that is moved stays one entry: all appointments in its chain of changes
 * share a UID, and each file that changes or cancels it has a higher SEQUENCE.
 * @param stamp when the file is made
 */
export function writeCalendar(
  event: CalendarPart['event'],
  account: CalendarPart['account'],
  entries: CalendarEntry[],
  publicUrl: string,
  stamp: Date,
): string {
  const allCancelled = entries.length > 0 && entries.every((entry) => entry.cancelled);
  return writeParts([{ event, account, entries, stampOf: () => stamp }], publicUrl, {
    name: `${event.name}, ${account.name}`,
    zone: event.timeZone,
    method: allCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH,
  });
}

interface Head {
  name: string;
  /** The zone for calendars that ask for one. */
  zone: string;
  method?: ICalCalendarMethod;
  /** How often a subscribed calendar reads it again, in seconds. */
  ttl?: number;
}

/** A calendar of several events, which may have several schools and zones. */
export function writeParts(parts: CalendarPart[], publicUrl: string, { name, zone, ...head }: Head): string {
  const timesIn = new Map<string, Date[]>();
  for (const { event, entries } of parts) {
    const times = timesIn.get(event.timeZone) ?? [];
    timesIn.set(event.timeZone, times);
    times.push(...entries.flatMap(({ from, to }) => [from, to]));
  }
  const calendar = ical({
    // The library escapes the texts of entries, but not this one.
    name: escape(name, false),
    prodId: { company: 'Slotbell', product: 'Slotbell' },
    ...head,
    // The calendar itself has no zone: DTSTAMP must be in UTC, and would be written in that zone.
    timezone: { name: null, generator: (one) => writeZone(one, timesIn.get(one) ?? []) },
    x: { 'X-WR-TIMEZONE': zone },
  });
  for (const part of parts) for (const entry of part.entries) addEntry(calendar, part, entry, publicUrl);
  return calendar.toString();
}

function addEntry(
  calendar: ICalCalendar,
  { event, account, stampOf }: CalendarPart,
  entry: CalendarEntry,
  publicUrl: string,
): void {
  const t = wordsOf(styleOf(event));
  const zone = event.timeZone;
  const map = mapOf(entry, event, account);
  calendar.createEvent({
    id: `${entry.entry?.first ?? entry.id}@${new URL(publicUrl).hostname}`,
    // Luxon's times carry their zone; a plain Date would be written in the server's.
    start: DateTime.fromJSDate(entry.from, { zone }),
    end: DateTime.fromJSDate(entry.to, { zone }),
    timezone: zone,
    stamp: stampOf(entry),
    sequence: sequenceOf(entry),
    status: entry.cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
    summary: `${entry.teacher} (${entry.children})`,
    description: [
      entry.className,
      account.name,
      entry.goer && t('goer.goes', { name: entry.goer.name }),
      entry.interpreter && t('interpreter.is', { name: entry.interpreter }),
      entry.note && t('done.yourNote', { note: entry.note }),
      entry.link && t('calendar.videoAt', { link: entry.link }),
      map && t('calendar.map', { link: map }),
    ]
      .filter((part) => part)
      .join('\n'),
    location:
      entry.kind === 'video'
        ? entry.link || t('calendar.video')
        : [...partsOf(entry, event, account), addressOf(entry, event)].filter((part) => part).join(', '),
    // For a meeting that was moved since, the link leads to its new time.
    url: `${publicUrl}/e/${event.link}/appointments/${entry.id}`,
  });
}

/** Two numbers for each change, so that an appointment that is canceled before its change is booked still comes before it. */
function sequenceOf({ entry, cancelled }: CalendarEntry): number {
  return 2 * (entry?.changes ?? 0) + (cancelled ? 1 : 0);
}
