import type { Event } from '../models/event.js';

/** How a reader's school writes dates, times and lists. */
export interface Style {
  /** One of the school's (`LOCALES`), or of a language that a parent chose (`Language`). */
  locale: string;
}

/** Where something is read: by which clock, and in which style. An `Actor` is one; of an event and an account `placed` makes one. */
export interface Place extends Style {
  /** IANA zone. */
  timeZone: string;
}

/** An event that reads as its account writes. */
export type PlacedEvent = Event & Place;

/** An account or one of its events, which reads as the account writes. @param account without a locale: US English */
export function placed<T extends { timeZone: string }>(what: T, account: { locale?: string }): T & Place {
  return { ...what, locale: styleOf(account).locale };
}

/** How an account writes. */
export function styleOf({ locale = 'en-US' }: { locale?: string }): Style {
  return { locale };
}
