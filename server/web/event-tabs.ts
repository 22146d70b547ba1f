import type { Types } from 'mongoose';
import { atLeast, type AccessLevel } from '../models/user.js';
import { daysInWords } from './format-time.js';
import type { PlacedEvent } from './place.js';

export interface Tab {
  key: string;
  label: string;
  href: string;
}

/** The tabs of an event in order: each is a page, with the level it requires. */
const TABS: { key: string; label: string; root?: string; path: string; least: AccessLevel }[] = [
  { key: 'overview', label: 'Overview', path: '', least: 'appointment viewer' },
  { key: 'class-editor', label: 'Class Editor', path: '/classes', least: 'event administrator' },
  { key: 'slots', label: 'Slots', path: '/slots', least: 'event administrator' },
  { key: 'day-sheet', label: 'Day Sheet', path: '/day-sheet', least: 'appointment viewer' },
  { key: 'desk', label: 'Front Desk', path: '/desk', least: 'appointment maker' },
  { key: 'appointments', label: 'Appointments', path: '/appointments', least: 'appointment viewer' },
  { key: 'problems', label: 'Problems', path: '/problems', least: 'appointment maker' },
  { key: 'reports', label: 'Reports', root: '/reports', path: '', least: 'appointment viewer' },
  { key: 'families', label: 'Families', path: '/families', least: 'event administrator' },
  { key: 'messages', label: 'Messages', path: '/messages', least: 'event administrator' },
  { key: 'sync', label: 'Sync', path: '/sync', least: 'event administrator' },
  { key: 'settings', label: 'Settings', path: '/settings', least: 'event administrator' },
];

export function eventTabs(event: Types.ObjectId, level: AccessLevel): Tab[] {
  return TABS.filter((tab) => atLeast(level, tab.least)).map((tab) => ({
    key: tab.key,
    label: tab.label,
    href: `${tab.root ?? '/events'}/${event.toHexString()}${tab.path}`,
  }));
}

/**
 * What the layout needs for an event's page.
 * @param page its name, if it is more than the event's name
 */
export function eventFrame(event: PlacedEvent, tab: string, page = '') {
  return {
    title: page ? `${event.name}: ${page}` : event.name,
    section: 'events',
    event,
    tab,
    when: daysInWords(event.days, event),
  };
}

/** The pages of Global Setup. */
export const SETUP_TABS: Tab[] = [
  { key: 'school-account', label: 'School account', href: '/global-setup' },
  { key: 'clever', label: 'Clever', href: '/global-setup/clever' },
  { key: 'roster-files', label: 'Roster files', href: '/global-setup/roster-files' },
  { key: 'contacts', label: 'Contacts', href: '/global-setup/contacts' },
  { key: 'duplicates', label: 'Duplicates', href: '/global-setup/duplicates' },
  { key: 'logins', label: 'Staff accounts', href: '/global-setup/logins' },
  { key: 'outbox', label: 'Outbox', href: '/global-setup/outbox' },
  { key: 'audit', label: 'Audit', href: '/global-setup/audit' },
];
