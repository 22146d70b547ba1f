import type { Event } from '../models/event.js';
import { eventFrame } from '../web/event-tabs.js';
import type { PlacedEvent } from '../web/place.js';

export const slotsPath = (event: Pick<Event, '_id'>): string => `/events/${event._id.toHexString()}/slots`;

/** What the layout needs for a page under the Slots tab, and the address of that tab. */
export function slotsPage(event: PlacedEvent, page = 'Slots') {
  return { ...eventFrame(event, 'slots', page), home: slotsPath(event) };
}
