import type { Locale } from '../models/account.js';
import type { Event } from '../models/event.js';

/** How a reader's school writes dates, times and lists. */
export interface Style {
  locale: Locale;
}

/** Where something is read: by which clock, and in which style. An `Actor` is one; of an event and an account `placed` makes one. */
export interface Place extends Style {
  /** IANA zone. */
  timeZone: string;
}

/** An event that reads as its account writes. */
export type PlacedEvent = Event & Place;

/** An account or one of its events, which reads as the account writes. @param account without a locale: US English */
export function placed<T extends { timeZone: string }>(what: T, account: { locale?: Locale }): T & Place {
  return { ...what, locale: styleOf(account).locale };
}

/** How an account writes. */
export function styleOf({ locale = 'en-US' }: { locale?: Locale }): Style {
  return { locale };
}
