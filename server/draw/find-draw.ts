import { promisify } from 'node:util';
import { gunzip, gzip } from 'node:zlib';
import { Draw } from '../models/draw.js';
import type { Event } from '../models/event.js';

/** An event's round, unless it is canceled; without its long list and keys. */
export async function findDraw(event: Pick<Event, '_id' | 'account'>): Promise<Draw | undefined> {
  const bare = { list: 0, share: 0, keys: 0 };
  const living = { event: event._id, account: event.account, state: { $ne: 'canceled' as const } };
  return (await Draw.findOne(living, bare).lean<Draw>()) ?? undefined;
}

/** Packs JSON to fit one document, whatever the number of families: lists of numbers shrink to a tenth. */
export async function pack(value: unknown): Promise<string> {
  return (await promisify(gzip)(JSON.stringify(value))).toString('base64');
}

/** Unpacks it to JSON. */
export async function unpack(packed: string): Promise<Buffer> {
  return promisify(gunzip)(Buffer.from(packed, 'base64'));
}
