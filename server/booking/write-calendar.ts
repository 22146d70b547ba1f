import ical, { escape, ICalCalendarMethod, ICalEventStatus } from 'ical-generator';
import { DateTime } from 'luxon';
import type { Account } from '../models/account.js';
import type { Event } from '../models/event.js';
import { styleOf, type Style } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import type { Meeting } from './queries.js';
import { writeZone } from './write-zone.js';

export interface CalendarEntry extends Meeting {
  cancelled?: boolean;
}

/**
 * A calendar file (RFC 5545) of a family's meetings. A meeting that is moved stays one entry: its UID lives along the chain of
 * changes, and each file that changes or cancels it has a higher SEQUENCE than all before.
 * @param stamp when the file is made
 */
export function writeCalendar(
  event: Pick<Event, 'name' | 'place' | 'timeZone' | 'link'> & Partial<Style>,
  account: Pick<Account, 'name'>,
  entries: CalendarEntry[],
  publicUrl: string,
  stamp: Date,
): string {
  const t = wordsOf(styleOf(event));
  const zone = event.timeZone;
  const host = new URL(publicUrl).hostname;
  const allCancelled = entries.length > 0 && entries.every((entry) => entry.cancelled);
  const times = entries.flatMap(({ from, to }) => [from, to]);
  const calendar = ical({
    // The library escapes the texts of entries, but not this one.
    name: escape(`${event.name}, ${account.name}`, false),
    prodId: { company: 'Slotbell', product: 'Slotbell' },
    method: allCancelled ? ICalCalendarMethod.CANCEL : ICalCalendarMethod.PUBLISH,
    // No zone for the calendar itself: DTSTAMP must be in UTC, and would be written in it.
    timezone: { name: null, generator: () => writeZone(zone, times) },
    x: { 'X-WR-TIMEZONE': zone },
  });
  for (const entry of entries) {
    calendar.createEvent({
      id: `${entry.entry?.first ?? entry.id}@${host}`,
      // Luxon's times carry their zone; a plain Date would be written in the server's.
      start: DateTime.fromJSDate(entry.from, { zone }),
      end: DateTime.fromJSDate(entry.to, { zone }),
      timezone: zone,
      stamp,
      sequence: sequenceOf(entry),
      status: entry.cancelled ? ICalEventStatus.CANCELLED : ICalEventStatus.CONFIRMED,
      summary: `${entry.teacher} (${entry.children})`,
      description: [entry.className, account.name, entry.link && t('calendar.videoAt', { link: entry.link })]
        .filter((part) => part)
        .join('\n'),
      location:
        entry.kind === 'video'
          ? entry.link || t('calendar.video')
          : [entry.room, event.place].filter((part) => part).join(', '),
      // Of one that was moved since, this leads to its new time.
      url: `${publicUrl}/e/${event.link}/appointments/${entry.id}`,
    });
  }
  return calendar.toString();
}

/** Two for each change, so that one that was cancelled before its change was booked still comes before it. */
function sequenceOf({ entry, cancelled }: CalendarEntry): number {
  return 2 * (entry?.changes ?? 0) + (cancelled ? 1 : 0);
}
