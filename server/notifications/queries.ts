import type { QueryFilter, Types } from 'mongoose';
import { MAIL_STATES, Notification, type MailState } from '../models/notification.js';
import { sliceOf } from '../web/paging.js';
import type { OutboxQuery } from './schema.js';

export const PAGE_SIZE = 50;

/** Whose mails: those of an account, or of one of its events. */
export interface OutboxScope {
  account: Types.ObjectId;
  event?: Types.ObjectId;
}

export type MailRow = Pick<
  Notification,
  '_id' | 'kind' | 'to' | 'subject' | 'state' | 'attempts' | 'createdAt' | 'fault'
>;

export interface OutboxPage {
  rows: MailRow[];
  total: number;
  /** Counts of the search by state, for the chips; '' is all. */
  ofState: Record<MailState | '', number>;
}

/**
 * One page of mails, newest first. The search is a part of their address; it is compared with the keys of the index {account, state,
 * createdAt, _id, to} (or the event's), never with documents.
 */
export async function listMails(scope: OutboxScope, query: OutboxQuery): Promise<OutboxPage> {
  const filter: QueryFilter<Notification> = { ...scope, ...searchFilter(query.q) };
  const counts = await Notification.aggregate<{ _id: MailState; count: number }>([
    { $match: { ...filter, state: { $in: MAIL_STATES } } },
    { $group: { _id: '$state', count: { $sum: 1 } } },
  ]);
  const ofState = { '': 0, queued: 0, sending: 0, sent: 0, kept: 0, failed: 0 };
  for (const { _id, count } of counts) {
    ofState[_id] = count;
    ofState[''] += count;
  }
  const total = ofState[query.state];
  const rows = await Notification.find({ ...filter, state: query.state || { $in: MAIL_STATES } })
    .sort({ createdAt: -1, _id: -1 })
    .skip(sliceOf(total, query.page, PAGE_SIZE).skip)
    .limit(PAGE_SIZE)
    .select({ kind: 1, to: 1, subject: 1, state: 1, attempts: 1, createdAt: 1, fault: 1 })
    .lean();
  return { rows, total, ofState };
}

/** The part of a filter that finds mails by a part of their address; an empty search filters nothing. */
export function searchFilter(q: string): { to?: RegExp } {
  return q ? { to: piece(q) } : {};
}

/** Matches a part of an address anywhere. */
export function piece(q: string): RegExp {
  return new RegExp(q.toLowerCase().replace(/[.*+?^${}()|[\]\\/-]/g, '\\$&'));
}

/** One mail of the account or event; null for a mail of another one. */
export function findMail(scope: OutboxScope, id: Types.ObjectId): Promise<Notification | null> {
  return Notification.findOne({ ...scope, _id: id }).lean();
}
