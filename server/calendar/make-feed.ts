import { timingSafeEqual } from 'node:crypto';
import { Types } from 'mongoose';
import type { Config } from '../config.js';
import { CalendarFeed } from '../models/calendar-feed.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { makeSecret, secretFor } from '../seal.js';

const DAY_MS = 24 * 3600_000;
/** One that no calendar has read for so long ends. */
const UNREAD_MS = 400 * DAY_MS;

type Keys = Pick<Config, 'appSecret' | 'publicUrl'>;

/** Gives a login its calendar link, or another one in place of it: the old address is dead from then on. */
export async function makeFeed(user: Types.ObjectId, now: Date): Promise<void> {
  const fresh = { nonce: makeSecret(), createdAt: now, expiresAt: new Date(now.getTime() + UNREAD_MS) };
  try {
    await CalendarFeed.updateOne({ user }, { $set: fresh }, { upsert: true });
  } catch (error) {
    // Pressed twice at once: the other one made it.
    if (!isDuplicateKey(error)) throw error;
  }
}

/** The login's calendar link; undefined where they have none. */
export async function findLink(
  keys: Keys,
  user: Types.ObjectId,
): Promise<{ https: string; webcal: string } | undefined> {
  const feed = await CalendarFeed.findOne({ user }).lean();
  if (!feed) return undefined;
  const https = `${keys.publicUrl}/calendar/${secretOf(feed, keys)}.ics`;
  return { https, webcal: https.replace(/^https?:/, 'webcal:') };
}

/** Whose calendar an address is. Undefined for one that is damaged, was renewed or was turned off. */
export async function readSecret(secret: string, keys: Keys, now: Date): Promise<CalendarFeed | undefined> {
  const [, id] = /^([0-9a-f]{24})-[\w-]{43}$/.exec(secret) ?? [];
  if (!id) return undefined;
  const feed = await CalendarFeed.findOne({ _id: new Types.ObjectId(id), expiresAt: { $gt: now } }).lean();
  if (!feed || !timingSafeEqual(Buffer.from(secretOf(feed, keys)), Buffer.from(secret))) return undefined;
  // Written once a month, not at each reading.
  if (feed.expiresAt.getTime() - now.getTime() < UNREAD_MS - 31 * DAY_MS)
    await CalendarFeed.updateOne(
      { _id: feed._id, nonce: feed.nonce },
      { $set: { expiresAt: new Date(now.getTime() + UNREAD_MS) } },
    );
  return feed;
}

function secretOf({ _id, nonce }: Pick<CalendarFeed, '_id' | 'nonce'>, { appSecret }: Keys): string {
  return `${_id.toHexString()}-${secretFor(appSecret, `calendar ${_id.toHexString()} ${nonce}`)}`;
}
