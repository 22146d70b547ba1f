import { withNames } from '../booking/queries.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { MailingRecipient } from '../models/mailing.js';
import { groupBy } from '../web/lists.js';
import { spanOfDay } from '../web/local-time.js';
import { timeSpan } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';

/** Somebody a mailing is written for. */
export type Reader = Pick<MailingRecipient, 'email' | 'names' | 'students' | 'household'>;

/** The meetings of each reader's household on a day, a line each: "5:00–5:10 PM: Mrs Lee, Room 10 (Ana)". */
export async function meetingLines(
  event: PlacedEvent,
  day: string,
  readers: Pick<Reader, 'household'>[],
): Promise<Map<string, string>> {
  const { start, end } = spanOfDay(day, event.timeZone);
  const appointments = await Appointment.find({
    household: { $in: readers.flatMap(({ household }) => household ?? []) },
    account: event.account,
    event: event._id,
    state: { $in: LIVING_STATES },
    from: { $gte: start, $lt: end },
  })
    .sort({ from: 1 })
    .lean();
  const meetings = await withNames(appointments, event);
  const lines = meetings.map(({ from, to, teacher, room, link, children }, index) => ({
    household: appointments[index]?.household.toHexString() ?? '',
    line: `${timeSpan(from, to, event)}: ${[teacher, room || link].filter(Boolean).join(', ')} (${children})`,
  }));
  return new Map(
    [...groupBy(lines, ({ household }) => household)].map(([household, own]) => [
      household,
      own.map(({ line }) => line).join('\n'),
    ]),
  );
}
