import type { Types } from 'mongoose';
import { eventFrame } from '../web/event-tabs.js';
import type { PlacedEvent } from '../web/place.js';

const homeOf = ({ _id }: Pick<PlacedEvent, '_id'>): string => `/events/${_id.toHexString()}/rehearsals`;

export const pathOf = (event: Pick<PlacedEvent, '_id'>, rehearsal: Types.ObjectId): string =>
  `${homeOf(event)}/${rehearsal.toHexString()}`;

/** What all pages of an event's rehearsals share. */
export function rehearsalsPage(event: PlacedEvent) {
  return { ...eventFrame(event, 'overview', 'Opening rehearsal'), home: homeOf(event) };
}
