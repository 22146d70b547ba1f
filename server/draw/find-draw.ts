import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Draw } from '../models/draw.js';
import type { Event } from '../models/event.js';

/** An event's round, if it has one that isn't canceled; without its list and what belongs to that, which are long. */
export async function findDraw(event: Pick<Event, '_id' | 'account'>): Promise<Draw | undefined> {
  const bare = { list: 0, share: 0, keys: 0 };
  const living = { event: event._id, account: event.account, state: { $ne: 'canceled' as const } };
  return (await Draw.findOne(living, bare).lean<Draw>()) ?? undefined;
}

/** JSON for one document of the database, whatever the number of families: a list of numbers becomes ten times smaller. */
export async function pack(value: unknown): Promise<string> {
  return (await promisify(gzip)(JSON.stringify(value))).toString('base64');
}

/** The JSON that was packed. */
export async function unpack(packed: string): Promise<Buffer> {
  return promisify(gunzip)(Buffer.from(packed, 'base64'));
}
