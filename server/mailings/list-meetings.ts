import { withNames } from '../meetings/name-meetings.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { MailingRecipient } from '../models/mailing.js';
import { groupBy } from '../web/lists.js';
import { spanOfDay } from '../web/local-time.js';
import { timeSpan } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { wordsOf } from '../web/words.js';

/** Somebody a mailing is written for. */
export type Reader = Pick<MailingRecipient, 'email' | 'names' | 'students' | 'households' | 'household'>;

/**
 * The meetings of each reader's households on a day, in the readers' order, one line each: "5:00–5:10 PM: Mrs Lee, Room 10 (Ana)". Meetings
 * about children whom the mail does not name are left out.
 */
export async function meetingLines(
  event: PlacedEvent,
  day: string,
  readers: Pick<Reader, 'students' | 'households' | 'household'>[],
): Promise<string[]> {
  const { start, end } = spanOfDay(day, event.timeZone);
  const appointments = await Appointment.find({
    household: { $in: readers.flatMap(householdsOf) },
    account: event.account,
    event: event._id,
    state: { $in: LIVING_STATES },
    from: { $gte: start, $lt: end },
  })
    .sort({ from: 1 })
    .lean();
  const meetings = await withNames(appointments, event);
  const lines = appointments.flatMap(({ household, students }, place) => {
    const meeting = meetings[place];
    if (!meeting) return [];
    const { from, to, teacher, room, link, children, goer } = meeting;
    const where = [teacher, room || link].filter(Boolean).join(', ');
    const goes = goer ? `. ${wordsOf(event)('goer.goes', { name: goer.name })}` : '';
    return {
      household,
      students,
      place,
      line: `${timeSpan(from, to, event)}: ${where} (${children})${goes}`,
    };
  });
  const ofHousehold = groupBy(lines, ({ household }) => household.toHexString());
  return readers.map((reader) => {
    const named = new Set(reader.students.map((id) => id.toHexString()));
    return householdsOf(reader)
      .flatMap((household) => ofHousehold.get(household.toHexString()) ?? [])
      .filter(({ students }) => students.some((id) => named.has(id.toHexString())))
      .sort((a, b) => a.place - b.place)
      .map(({ line }) => line)
      .join('\n');
  });
}

function householdsOf({ households = [], household }: Pick<Reader, 'households' | 'household'>) {
  return household ? [...households, household] : households;
}
