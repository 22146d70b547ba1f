import { LOCALES, type Locale } from '../../models/account.js';
import { dayAndTime } from '../../web/format-time.js';

const COUNTRIES: Record<Locale, string> = {
  'en-US': 'United States',
  'en-CA': 'Canada',
  'en-GB': 'United Kingdom',
  'en-AU': 'Australia',
};

/** An afternoon late in the year: it shows the order of day and month, and how afternoon hours are written. */
const EXAMPLE = new Date('2026-12-07T13:45:00Z');

/** The locales that a setting offers, each with a date and time as it writes them. */
export function offerLocales(): { value: Locale; label: string }[] {
  return LOCALES.map((value) => ({ value, label: nameLocale(value) }));
}

/** "United States: Monday, December 7, 2026 at 1:45 PM"; an unknown locale is returned as it is. */
export function nameLocale(value: string): string {
  const locale = LOCALES.find((known) => known === value);
  return locale ? `${COUNTRIES[locale]}: ${dayAndTime(EXAMPLE, { locale, timeZone: 'UTC' })}` : value;
}
