import type { Types } from 'mongoose';
import { nameMeetings, questionsAbout } from '../meetings/name-meetings.js';
import { writeParts, type CalendarPart } from '../meetings/write-calendar.js';
import { Account } from '../models/account.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { Event } from '../models/event.js';
import { findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { isBlocked, User } from '../models/user.js';
import { distinctIds, groupBy } from '../web/lists.js';
import { placed } from '../web/place.js';
import { readerCalled } from '../web/read-language.js';
import { wordsOf } from '../web/words.js';

/** What is over stays in the calendar for a while, so that nobody's past week changes. */
const PAST_MS = 90 * 24 * 3600_000;
/** More than any family has. */
const MOST = 500;
/** In seconds. */
const HOURLY = 3600;

/**
 * The calendar of an adult: the meetings of all their households, in all events and schools. One that was canceled is no longer in it,
 * and one that was moved is at its new time. The same meetings give the same text, to the byte.
 * @returns undefined for a login that is no more
 */
export async function writeFeed(
  user: Types.ObjectId,
  publicUrl: string,
  now: Date,
): Promise<string | undefined> {
  const adult = await User.findById(user, { language: 1, blocks: 1, grants: 1 }).lean();
  if (!adult) return undefined;
  const found = await findMeetings(adult, now);
  const [events, accounts, facts] = await Promise.all([
    Event.find({
      _id: { $in: distinctIds(found.map(({ event }) => event)) },
      status: { $ne: 'deleted' },
    }).lean(),
    Account.find({ _id: { $in: distinctIds(found.map(({ account }) => account)) } }).lean(),
    found.length > 0 ? findTogether(questionsAbout(found)) : undefined,
  ]);
  const byEvent = groupBy(found, ({ event }) => event.toHexString());
  const parts = events.flatMap((event): CalendarPart[] => {
    const account = accounts.find(({ _id }) => _id.equals(event.account));
    const theirs = byEvent.get(event._id.toHexString()) ?? [];
    if (!account || !facts) return [];
    const place = placed(event, readerCalled(adult.language, account));
    const written = new Map(theirs.map((one) => [one._id.toHexString(), one.bookedAt ?? one.createdAt]));
    return [
      {
        event: place,
        account,
        entries: nameMeetings(theirs, facts, place),
        stampOf: ({ id }) => written.get(id) ?? event.createdAt,
      },
    ];
  });
  const [first] = accounts;
  const t = wordsOf(readerCalled(adult.language, first ?? {}));
  return writeParts(parts, publicUrl, {
    name: t('calendar.name'),
    zone: events[0]?.timeZone ?? first?.timeZone ?? 'UTC',
    ttl: HOURLY,
  });
}

async function findMeetings(
  adult: Pick<User, '_id' | 'blocks' | 'grants'>,
  now: Date,
): Promise<Appointment[]> {
  const accounts = adult.grants.map(({ account }) => account).filter((id) => !isBlocked(adult, id));
  const households = await Household.find(
    { account: { $in: accounts }, adults: adult._id },
    { _id: 1 },
  ).lean();
  if (households.length === 0) return [];
  return Appointment.find({
    household: { $in: households.map(({ _id }) => _id) },
    state: { $in: LIVING_STATES },
    from: { $gt: new Date(now.getTime() - PAST_MS) },
  })
    .sort({ from: 1, _id: 1 })
    .limit(MOST)
    .lean();
}
