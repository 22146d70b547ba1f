import type { Types } from 'mongoose';
import { childName, withNames, type Meeting } from '../meetings/name-meetings.js';
import type { Family } from '../parents/load-conference.js';
import type { Appointment } from '../models/appointment.js';
import { Contact } from '../models/contact.js';
import { Event } from '../models/event.js';
import { User } from '../models/user.js';
import { andList } from '../web/format-count.js';
import { shortDayAndTime } from '../web/format-time.js';
import { placed, type Place, type PlacedEvent, type Style } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import type { TooMuch } from './check-join.js';

/** The names of some adults, in words; '' for none. */
export async function namesOf(adults: Types.ObjectId[], reader: Style): Promise<string> {
  if (adults.length === 0) return '';
  const found = await User.find({ _id: { $in: adults } }, { name: 1 }).lean();
  return andList(found.map(({ name }) => name).sort(), reader);
}

/** First names of some children, in words. */
export async function childrenInWords(
  students: Types.ObjectId[],
  { event, account }: Pick<Family, 'event' | 'account'>,
): Promise<string> {
  const ofAccount = { _id: { $in: students }, account: account._id };
  const found = await Contact.find(ofAccount, { firstName: 1, lastName: 1 }).lean();
  return andList(found.map((one) => childName(one, wordsOf(event))).sort(), event);
}

/**
 * What somebody has to decide before two households act as one, a sentence each. Of the other household it tells no more than that there
 * is something: nothing is shared yet.
 * @param own the household of who reads it
 */
export async function sayTooMuch(
  { clashes, over, doubles }: TooMuch,
  { event }: Pick<Family, 'event'>,
  own: Types.ObjectId,
): Promise<string[]> {
  const t = wordsOf(event);
  const ownOf = (pairs: [Appointment, Appointment][]) =>
    pairs.flatMap((pair) => pair.filter(({ household }) => household.equals(own)));
  const [atOnce, twice] = [ownOf(clashes), ownOf(doubles)];
  const all = [...atOnce, ...twice];
  const places = await placesOf([...all.map((one) => one.event), ...over.map((one) => one.event)], event);
  const placeOf = (id: Types.ObjectId) => places.get(id.toHexString()) ?? event;
  const names = new Map((await withNames(all, event)).map((meeting) => [meeting.id, meeting]));
  const say = (item: Appointment) => sayMeeting(names.get(item._id.toHexString()), placeOf(item.event));
  return [
    ...new Set([
      ...atOnce.map((item) => t('household.clash', { meeting: say(item) })),
      ...twice.map((item) => t('household.double', { meeting: say(item) })),
      ...over.map(({ event: id, most }) => t('household.tooMany', { event: placeOf(id).name, most })),
    ]),
  ];
}

/** "Ms. Bennett (Ana), Tue, Nov 24, 5:00 PM". */
export function sayMeeting(meeting: Meeting | undefined, place: Place): string {
  return meeting ? `${meeting.teacher} (${meeting.children}), ${shortDayAndTime(meeting.from, place)}` : '';
}

async function placesOf(events: Types.ObjectId[], reader: PlacedEvent): Promise<Map<string, PlacedEvent>> {
  const found = await Event.find({ _id: { $in: events } }).lean();
  return new Map(found.map((one) => [one._id.toHexString(), placed(one, reader)]));
}
