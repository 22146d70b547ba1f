import type { Types } from 'mongoose';
import type { Event } from '../models/event.js';
import { Mailing } from '../models/mailing.js';
import { MAIL_STATES, Notification, type MailState } from '../models/notification.js';
import { sliceOf } from '../web/paging.js';

type EventScope = Pick<Event, '_id' | 'account'>;

export const PAGE_SIZE = 25;

/** A page of the event's mailings, newest first. */
export async function listMailings(
  { _id, account }: EventScope,
  page: number,
): Promise<{ mailings: Mailing[]; total: number }> {
  const scope = { event: _id, account };
  const total = await Mailing.countDocuments(scope);
  const mailings = await Mailing.find(scope)
    .sort({ createdAt: -1 })
    .skip(sliceOf(total, page, PAGE_SIZE).skip)
    .limit(PAGE_SIZE)
    .lean();
  return { mailings, total };
}

/** A mailing of the event; null for any other. */
export function findMailing({ _id, account }: EventScope, id: Types.ObjectId): Promise<Mailing | null> {
  return Mailing.findOne({ _id: id, event: _id, account }).lean();
}

/** The announcements of an event, newest first. There are few. */
export function findAnnouncements({ _id, account }: EventScope): Promise<Mailing[]> {
  return Mailing.find({ event: _id, account, nth: { $exists: true } })
    .sort({ nth: -1 })
    .limit(1000)
    .lean();
}

export type Delivery = Record<MailState, number>;

/** How many mails of a mailing are in each state. */
export async function countDelivery(mailing: Types.ObjectId): Promise<Delivery> {
  const rows = await Notification.aggregate<{ _id: MailState; count: number }>([
    { $match: { mailing } },
    { $group: { _id: '$state', count: { $sum: 1 } } },
  ]);
  const none = Object.fromEntries(MAIL_STATES.map((state) => [state, 0])) as Delivery;
  return rows.reduce((counts, { _id, count }) => ({ ...counts, [_id]: count }), none);
}
