import type { Event } from '../models/event.js';

/** How a reader's school writes dates, times and lists. */
export interface Style {
  /** A school's locale (`LOCALES`), or that of a language which a parent chose (`Language`). */
  locale: string;
}

/** Where something is read: which clock and which style apply. An `Actor` is a place; `placed` makes one of an event and an account. */
export interface Place extends Style {
  /** IANA zone. */
  timeZone: string;
}

/** An event together with its account's style. */
export type PlacedEvent = Event & Place;

/**
 * The place of an account or one of its events.
 * @param account without a locale: US English
 */
export function placed<T extends { timeZone: string }>(what: T, account: { locale?: string }): T & Place {
  return { ...what, locale: styleOf(account).locale };
}

/** How an account writes dates, times and lists. */
export function styleOf({ locale = 'en-US' }: { locale?: string }): Style {
  return { locale };
}
