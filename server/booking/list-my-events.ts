import { Account } from '../models/account.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { isBlocked, type User } from '../models/user.js';
import { daysInWords } from '../web/format-time.js';
import { styleOf } from '../web/place.js';
import type { Reader } from '../web/read-language.js';
import { styleIn } from '../web/words.js';

interface MyEvent {
  name: string;
  school: string;
  link: string;
  days: string;
}

/**
 * The events that a person needs: of the accounts in which they are a parent, those whose booking was announced or opened, and those in which
 * they have a meeting. What the school still prepares is none of their business.
 */
export async function myEvents(
  user: Pick<User, '_id' | 'grants' | 'blocks'>,
  { language }: Pick<Reader, 'language'>,
): Promise<MyEvent[]> {
  const accounts = user.grants
    .filter(({ level, account }) => level === 'customer' && !isBlocked(user, account))
    .map(({ account }) => account);
  const households = await Household.find(
    { account: { $in: accounts }, adults: user._id },
    { _id: 1 },
  ).lean();
  const own = await Appointment.distinct('event', {
    household: { $in: households.map((household) => household._id) },
    state: { $in: LIVING_STATES },
  });
  const [events, schools] = await Promise.all([
    Event.find({
      account: { $in: accounts },
      status: 'active',
      $or: [{ 'booking.opensAt': { $exists: true } }, { _id: { $in: own } }],
    }).lean(),
    Account.find({ _id: { $in: accounts } }, { name: 1, locale: 1 }).lean(),
  ]);
  const schoolOf = new Map(schools.map((school) => [school._id.toHexString(), school]));
  return events
    .sort((a, b) => (b.days.at(-1) ?? '').localeCompare(a.days.at(-1) ?? ''))
    .map(({ name, account, link, days }) => {
      const school = schoolOf.get(account.toHexString());
      return {
        name,
        school: school?.name ?? '',
        link,
        days: daysInWords(days, styleIn(language, styleOf(school ?? {}))),
      };
    });
}
