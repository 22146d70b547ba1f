import type { Response } from 'express';
import { atLeast } from '../models/user.js';
import { actorOf, levelIn } from '../web/actor.js';
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

/** Whether the actor may make slots in the event. */
export function makesSlots(res: Response, { _id, status }: Pick<PlacedEvent, '_id' | 'status'>): boolean {
  return status === 'active' && atLeast(levelIn(actorOf(res), _id), 'event administrator');
}

/** What the layout needs for a page of the desk. */
export function deskFrame(event: PlacedEvent, page = 'Front Desk') {
  return { ...eventFrame(event, 'desk', page), path: deskPath(event) };
}
