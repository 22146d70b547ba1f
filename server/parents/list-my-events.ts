import type { Types } from 'mongoose';
import { Account } from '../models/account.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { isBlocked, type User } from '../models/user.js';
import { daysInWords } from '../web/format-time.js';
import { placed, styleOf } from '../web/place.js';
import type { Reader } from '../web/read-language.js';
import { styleIn } from '../web/words.js';
import { myMeetings, type MyMeeting } from './list-my-meetings.js';
import { openEarly } from '../booking/open-early.js';
import { sayWindow } from './show-opening.js';

interface MyEvent {
  name: string;
  school: string;
  link: string;
  days: string;
  /** The number of their meetings there. */
  meetings: number;
  /** Their meetings that are still to come. */
  upcoming: MyMeeting[];
  /** Whether they can book, or when. */
  window: string;
}

/** A parent's events: those of their schools that were announced or opened, and those in which they have a meeting. */
export async function myEvents(
  user: Pick<User, '_id' | 'grants' | 'blocks'>,
  { language }: Pick<Reader, 'language'>,
  now: Date,
): Promise<MyEvent[]> {
  const accounts = user.grants
    .filter(({ level, account }) => level === 'customer' && !isBlocked(user, account))
    .map(({ account }) => account);
  const households = await Household.find(
    { account: { $in: accounts }, adults: user._id },
    { account: 1, adults: 1, children: 1 },
  ).lean();
  const own = await Appointment.aggregate<{ _id: Types.ObjectId; meetings: number }>([
    {
      $match: {
        household: { $in: households.map((household) => household._id) },
        state: { $in: LIVING_STATES },
      },
    },
    { $group: { _id: '$event', meetings: { $sum: 1 } } },
  ]);
  const [events, schools, meetingsIn] = await Promise.all([
    Event.find({
      account: { $in: accounts },
      status: 'active',
      $or: [{ 'booking.opensAt': { $exists: true } }, { _id: { $in: own.map(({ _id }) => _id) } }],
    }).lean(),
    Account.find({ _id: { $in: accounts } }, { name: 1, locale: 1 }).lean(),
    myMeetings(
      households.map(({ _id }) => _id),
      { locale: language.locale },
      now,
    ),
  ]);
  const schoolOf = new Map(schools.map((school) => [school._id.toHexString(), school]));
  const opened = await Promise.all(
    events.map(async (event) => {
      const household = households.find(({ account }) => account.equals(event.account));
      return household ? openEarly(event, household, now) : event;
    }),
  );
  return opened
    .sort((a, b) => (b.days.at(-1) ?? '').localeCompare(a.days.at(-1) ?? ''))
    .map((event) => {
      const school = schoolOf.get(event.account.toHexString());
      const here = placed(event, styleIn(language, styleOf(school ?? {})));
      return {
        name: event.name,
        school: school?.name ?? '',
        link: event.link,
        days: daysInWords(event.days, here),
        meetings: own.find(({ _id }) => _id.equals(event._id))?.meetings ?? 0,
        upcoming: meetingsIn(here),
        window: sayWindow(here, now),
      };
    });
}
