import type { Response } from 'express';
import { Event } from '../models/event.js';
import { notFound } from '../web/errors.js';
import { eventFrame } from '../web/event-tabs.js';
import { eventOf } from '../web/guards.js';
import { placed, type PlacedEvent } from '../web/place.js';

export const pathOf = (event: Pick<Event, '_id'>): string => `/events/${event._id.toHexString()}`;

export function eventPage(event: PlacedEvent, tab: string) {
  return { ...eventFrame(event, tab, tab === 'settings' ? 'Settings' : ''), home: pathOf(event) };
}

/** The sections of an event's settings; each is a page. */
const SECTIONS = [
  { key: 'event', label: 'Event and booking', path: '' },
  { key: 'questions', label: 'Questions', path: '/questions' },
  { key: 'draw', label: 'Preference round', path: '/draw' },
  { key: 'interpreters', label: 'Interpreters', path: '/interpreters' },
  { key: 'emails', label: 'Office and emails', path: '/emails' },
  { key: 'audit', label: 'Audit', path: '/audit' },
];

/** What a page of the settings needs. */
export function settingsFrame(event: PlacedEvent, section: string) {
  return {
    ...eventPage(event, 'settings'),
    settingsTab: section,
    settingsTabs: SECTIONS.map(({ path, ...one }) => ({ ...one, href: `${pathOf(event)}/settings${path}` })),
  };
}

/**
 * Reads the event again for the rest of a request.
 * @returns it
 */
export async function reloadEvent(res: Response): Promise<PlacedEvent> {
  const before = eventOf(res);
  const found = await Event.findOne({
    _id: before._id,
    account: before.account,
    status: { $ne: 'deleted' },
  }).lean();
  if (!found) throw notFound();
  const now = placed(found, before);
  res.locals.event = now;
  return now;
}
