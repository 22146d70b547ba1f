import type { Config } from '../config.js';
import type { Account } from '../models/account.js';
import { Contact, contactName } from '../models/contact.js';
import type { Mailing } from '../models/mailing.js';
import type { MessageText } from '../models/message.js';
import { writeMessage } from '../notifications/messages/write-message.js';
import { bookingState } from '../web/booking-state.js';
import { andList } from '../web/format-count.js';
import { dayAndTimeSoon, daysInWords } from '../web/format-time.js';
import { zoneName } from '../web/format-zone.js';
import type { PlacedEvent } from '../web/place.js';
import { sayCallOffice } from '../web/say-office.js';
import { meetingLines, type Reader } from './list-meetings.js';
import type { MailingValues } from './policy.js';

/** The values for a mailing's macros, beside its readers. */
export interface Sender {
  event: PlacedEvent;
  account: Pick<Account, 'name'>;
  config: Pick<Config, 'publicUrl'>;
  now: Date;
}

/** The mailing as each reader gets it, in the readers' order. A few queries for all of them. */
export async function writeMails(
  sender: Sender,
  { group, subject, text }: Pick<Mailing, 'group' | 'subject' | 'text'>,
  readers: Reader[],
): Promise<MessageText[]> {
  const { event } = sender;
  const children = await Contact.find(
    { _id: { $in: readers.flatMap(({ students }) => students) }, account: event.account },
    { firstName: 1, lastName: 1, sortKey: 1 },
  )
    .sort({ sortKey: 1 })
    .lean();
  const placeOf = new Map(children.map(({ _id }, index) => [_id.toHexString(), index]));
  const meetings = group.kind === 'day' ? await meetingLines(event, group.day ?? '', readers) : undefined;
  const values = valuesFor(sender, group.kind === 'teachers');
  return readers.map((reader, place) => {
    const own = reader.students
      .flatMap((id) => placeOf.get(id.toHexString()) ?? [])
      .sort((a, b) => a - b)
      .flatMap((index) => children[index] ?? []);
    const names = own.map((child) => child.firstName || contactName(child));
    return writeMessage(
      { subject, text: `${text.trimEnd()}\n` },
      {
        ...values,
        parent: andList(reader.names, event) || 'parents',
        student: andList(names, event) || 'your child',
        meetings: meetings?.[place] ?? '',
      },
    );
  });
}

function valuesFor(
  { event, account, config, now }: Sender,
  isForTeachers: boolean,
): Omit<MailingValues, 'parent' | 'student' | 'meetings'> {
  const own = isForTeachers ? `/events/${event._id.toHexString()}` : `/e/${event.link}`;
  return {
    event: event.name,
    school: account.name,
    details: [
      `When: ${daysInWords(event.days, event)}`,
      ...(event.place ? [`Where: ${event.place}`] : []),
    ].join('\n'),
    booking: sayWindow(event, now),
    link: `${config.publicUrl}${own}`,
    office: sayCallOffice(event),
  };
}

/** When families can book, as a sentence for them. */
function sayWindow(event: PlacedEvent, now: Date): string {
  const { opensAt, closesAt } = event.booking;
  const at = (moment: Date) => `${dayAndTimeSoon(moment, event, now)} (${zoneName(event)})`;
  const state = bookingState(event, now);
  if (state === 'before' && opensAt) return `You can book from ${at(opensAt)} on.`;
  if (state === 'open') return closesAt ? `You can book until ${at(closesAt)}.` : 'You can book now.';
  return state === 'closed' || state === 'over' ? 'Booking is closed.' : 'Booking isn’t open yet.';
}
