import type { Types } from 'mongoose';
import { fillMacros } from '../notifications/messages/macros.js';
import { eventFrame } from '../web/event-tabs.js';
import type { PlacedEvent } from '../web/place.js';

export const homeOf = ({ _id }: Pick<PlacedEvent, '_id'>): string => `/events/${_id.toHexString()}/mailings`;

export const pathOf = (event: Pick<PlacedEvent, '_id'>, mailing: Types.ObjectId): string =>
  `${homeOf(event)}/${mailing.toHexString()}`;

/** What every page of an event's mailings has. */
export function mailingsPage(event: PlacedEvent, page: string) {
  return {
    ...eventFrame(event, 'messages', page),
    heading: page,
    home: homeOf(event),
    announce: announcePath(event),
  };
}

/** A mailing's subject for the office: macros that are the same for all readers are filled in. */
export const subjectOf = (event: Pick<PlacedEvent, 'name'>, { subject }: { subject: string }): string =>
  fillMacros(subject, { event: event.name });

export const announcePath = ({ _id }: Pick<PlacedEvent, '_id'>): string =>
  `/events/${_id.toHexString()}/announce`;
