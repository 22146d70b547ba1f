import type { Response } from 'express';
import { shortDayAndTime } from '../web/format-time.js';
import type { PlacedEvent } from '../web/place.js';
import { SETUP_TABS, eventFrame } from '../web/event-tabs.js';
import type { Adult, ComingMeeting } from './queries.js';

export const FAMILIES = '/global-setup/families';

/** The event, if the request is limited to the part of a family in it. */
export function eventIn(res: Response): PlacedEvent | undefined {
  return res.locals.event as PlacedEvent | undefined;
}

export function homeOf(res: Response): string {
  const event = eventIn(res);
  return event ? `/events/${event._id.toHexString()}/families` : FAMILIES;
}

export function backOf(res: Response): { href: string; label: string } {
  return eventIn(res)
    ? { href: homeOf(res), label: 'Families' }
    : { href: '/global-setup/contacts', label: 'Contacts' };
}

export const pathOf = (res: Response, { user }: Pick<Adult, 'user'>): string =>
  `${homeOf(res)}/${user._id.toHexString()}`;

export function page(res: Response, adult: Adult, title: string) {
  return { ...frameOf(res, title), home: pathOf(res, adult) };
}

/** What the layout needs: the page stands in Global Setup, or in an event. */
export function frameOf(res: Response, title: string) {
  const event = eventIn(res);
  if (!event) return { title, section: 'global-setup', setupTabs: SETUP_TABS, tab: 'contacts' };
  return eventFrame(event, 'families', title);
}

/** The person the request is about. */
export function adultOf(res: Response): Adult {
  return res.locals.adult as Adult;
}

export function meetingInWords({ event, from, teacher, children, state }: ComingMeeting) {
  return { when: shortDayAndTime(from, event), event: event.name, teacher, children, state };
}
