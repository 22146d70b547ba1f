import { Account } from '../models/account.js';
import { Event } from '../models/event.js';
import { ask, findTogether, type Question } from '../models/find-together.js';
import { tidyLink } from './show-lost.js';

/** The event of a parents' link, and its school. */
export interface Linked {
  event: Event;
  account: Account;
}

type Found = Event & { school: Account[] };

/** The event of a parents' link, and its school. */
export async function findByLink(link: string): Promise<Linked | undefined> {
  if (!isLink(link)) return undefined;
  const { events } = await findTogether({ events: askByLink(link) });
  return pickLinked(events, link);
}

/** Whether a text can be the link of an event. */
export function isLink(text: string): boolean {
  return /^[\w-]{1,60}$/.test(text);
}

/** The question that finds events which may have a link; `pickLinked` decides which one does. */
export function askByLink(link: string): Question<Found> {
  return ask<Event, Found>(
    Event,
    // Links from before 0.10 have capitals. Newer ones may be typed from paper, with capitals or a hyphen.
    { link: { $in: [link, tidyLink(link)] }, status: { $ne: 'deleted' } },
    { $lookup: { from: Account.collection.name, localField: 'account', foreignField: '_id', as: 'school' } },
  );
}

/** The event of a link among those that `askByLink` found. */
export function pickLinked(all: Found[], link: string): Linked | undefined {
  const found = all.find((event) => event.link === link) ?? all[0];
  if (!found) return undefined;
  const {
    school: [account],
    ...event
  } = found;
  return account && { event, account };
}
