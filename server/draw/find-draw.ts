import { Draw } from '../models/draw.js';
import type { Event } from '../models/event.js';
import type { DrawInput } from './draw-wishes.js';
import type { DrawKeys } from './close-wishes.js';

/** An event's round, if it has one. */
export async function findDraw(event: Pick<Event, '_id' | 'account'>): Promise<Draw | undefined> {
  return (await Draw.findOne({ event: event._id, account: event.account }).lean()) ?? undefined;
}

/** What was drawn from, once the wishes are closed. */
export function inputOf({ input }: Draw): (DrawInput & { keys: DrawKeys }) | undefined {
  return input === undefined ? undefined : (JSON.parse(input) as DrawInput & { keys: DrawKeys });
}
