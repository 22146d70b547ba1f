import type { Types } from 'mongoose';
import type { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { WaitlistEntry, wishOf } from '../models/waitlist-entry.js';
import { dayAndTimeSoon, whenInWords } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { wordsOf } from '../web/words.js';
import type { NotJoined } from './join-waitlist.js';
import { hasWaitlist } from './policy.js';
import { entriesOf, type Placed } from './queries.js';

const WORTH: ReadonlySet<string> = new Set(['full', 'busy', 'over', 'not offered', 'interpreter busy']);

/** Whether a time may become free that a family could have. @param why none is now; absent: some are, but may not suit it */
export function isWorthWaiting(why?: string): boolean {
  return why === undefined || WORTH.has(why);
}

const NOT_JOINED: Record<NotJoined['reason'], string> = {
  off: 'waitlist.off',
  'not open': 'waitlist.closed',
  free: 'waitlist.free',
  met: 'waitlist.met',
  many: 'waitlist.many',
};

/** Why a family can't join a teacher's waitlist. @param names as the catalog's texts name them */
export function sayNotJoined(
  refused: NotJoined,
  names: { teacher: string; children?: string },
  event: PlacedEvent,
  now: Date,
): string {
  const when = refused.reason === 'free' ? dayAndTimeSoon(refused.at, event, now) : '';
  return wordsOf(event)(NOT_JOINED[refused.reason], { ...names, when });
}

/** A family's way to a teacher's waitlist from that one's times. */
export interface Wait {
  resource: string;
  student: string;
  /** Where the family is in line already. */
  entry?: string;
}

/**
 * @param students about whom the meeting would be; the first leads there
 * @returns undefined where the event has no waitlist
 */
export async function waitFor(
  event: PlacedEvent,
  household: Types.ObjectId,
  resource: Types.ObjectId,
  students: Types.ObjectId[],
): Promise<Wait | undefined> {
  if (!hasWaitlist(event)) return undefined;
  const found = await WaitlistEntry.findOne(
    { event: event._id, household, wish: wishOf(resource, students), open: true },
    { _id: 1 },
  ).lean();
  return {
    resource: resource.toHexString(),
    student: students[0]?.toHexString() ?? '',
    ...(found ? { entry: found._id.toHexString() } : {}),
  };
}

/** One that a family waits for, as its lists have it. */
export interface WaitLine {
  id: string;
  teacher: string;
  /** Its place in line; of an offer, the time. */
  what: string;
  /** Until when a time is kept. */
  until: string;
  isOffered: boolean;
}

/** What a family waits for in an event: what is kept for it comes first. */
export async function waitsOf(
  event: PlacedEvent,
  household: Pick<Household, '_id' | 'children'>,
  now: Date,
): Promise<WaitLine[]> {
  const entries = await entriesOf(event._id, household);
  if (entries.length === 0) return [];
  const resources = await Resource.find(
    { _id: { $in: entries.map(({ resource }) => resource) }, event: event._id },
    { name: 1 },
  ).lean();
  const lines = entries.map((entry): WaitLine => {
    const { offer, resource, _id } = entry;
    const isOffered = isKept(entry, now);
    return {
      id: _id.toHexString(),
      teacher: resources.find((one) => one._id.equals(resource))?.name ?? '',
      what: isOffered && offer ? whenInWords(offer.from, offer.to, event) : sayPlace(entry, event),
      until: isOffered && offer ? dayAndTimeSoon(offer.until, event, now) : '',
      isOffered,
    };
  });
  return lines.sort((a, b) => Number(b.isOffered) - Number(a.isOffered));
}

/** Whether a time is kept for it at this moment, as far as the entry says. */
export function isKept({ state, offer }: Pick<Placed, 'state' | 'offer'>, now: Date): boolean {
  return state === 'offered' && offer !== undefined && !offer.passed && offer.until > now;
}

/** "You’re second in line." Nothing is said of the others. */
export function sayPlace({ place }: Pick<Placed, 'place'>, event: PlacedEvent): string {
  const t = wordsOf(event);
  if (place === 1) return t('waitlist.place1');
  if (place === 2) return t('waitlist.place2');
  return place === 3 ? t('waitlist.place3') : t('waitlist.placeLater', { place });
}
