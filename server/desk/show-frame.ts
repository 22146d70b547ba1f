import type { Response } from 'express';
import { eventFrame } from '../web/event-tabs.js';
import { eventOf } from '../web/guards.js';
import type { PlacedEvent } from '../web/place.js';
import { sightOf } from '../web/sight.js';
import type { SeenEvent } from './find-meeting.js';

/** The path of the event's desk. */
export function deskPath(event: Pick<PlacedEvent, '_id'>): string {
  return `/events/${event._id.toHexString()}/desk`;
}

/** The event with the part of it that the actor sees. */
export function seenIn(res: Response): SeenEvent {
  return Object.assign({ sight: sightOf(res) }, eventOf(res));
}

/** What the layout needs for a page of the desk. */
export function deskFrame(event: PlacedEvent, page = 'Front Desk') {
  return { ...eventFrame(event, 'desk', page), path: deskPath(event) };
}
