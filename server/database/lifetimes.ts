import { Types, type Model } from 'mongoose';
import { AuditEntry } from '../models/audit-entry.js';
import { ContactDeletion } from '../models/contact-deletion.js';
import { Mailing, MailingRecipient } from '../models/mailing.js';
import { Notification } from '../models/notification.js';
import { SlotMove, SlotMoveItem } from '../models/slot-move.js';
import { SyncLog } from '../models/sync-log.js';

const DAY_MS = 24 * 3600_000;
/** The longest that a month is. */
const MONTH_MS = 31 * DAY_MS;

/** What is deleted some time after it was made. */
export interface Lifetime {
  collection: Model<unknown>;
  /** @param keepMs what the installation's KEEP_MONTHS comes to */
  ms: (keepMs: number) => number;
  /** Only these. */
  where: Record<string, unknown>;
}

/**
 * How long things live that are made and never changed, by the time in their id. Longer than anything needs them: what a run changed can
 * be undone for 60 days, and an event is announced within a year. Beside this table:
 *
 * - runs live for KEEP_MONTHS, and the last ones of each event and account for good (`delete-runs.ts`);
 * - claims and diaries live for 60 days after the event's last day (`delete-bookkeeping.ts`); the appointments themselves stay;
 * - a hold lives for ten minutes, and for two days more after it ended without a booking (`booking/policy.ts`);
 * - links that work once, sessions, counters of tries, uploaded files, and the notes of runs name their own end, and the database or the
 *   embedded engine's process deletes them.
 */
export const LIFETIMES: Lifetime[] = [
  {
    collection: Notification as Model<unknown>,
    ms: (keepMs) => keepMs,
    where: { state: { $in: ['sent', 'kept', 'failed'] } },
  },
  { collection: AuditEntry as Model<unknown>, ms: (keepMs) => keepMs, where: {} },
  {
    collection: SlotMove as Model<unknown>,
    ms: (keepMs) => keepMs,
    where: { state: { $in: ['done', 'undone'] } },
  },
  {
    collection: Mailing as Model<unknown>,
    ms: (keepMs) => keepMs,
    where: { state: { $in: ['done', 'canceled'] } },
  },
  { collection: MailingRecipient as Model<unknown>, ms: (keepMs) => keepMs, where: {} },
  { collection: SlotMoveItem as Model<unknown>, ms: (keepMs) => keepMs, where: {} },
  {
    collection: ContactDeletion as Model<unknown>,
    ms: (keepMs) => keepMs,
    where: { state: { $in: ['done', 'stopped', 'failed'] } },
  },
  { collection: SyncLog as Model<unknown>, ms: () => 180 * DAY_MS, where: {} },
];

/** How long after its last day an event's claims and diaries are kept. */
export const BOOKKEEPING_MS = 60 * DAY_MS;

/** @returns KEEP_MONTHS in milliseconds */
export function keepMs({ keepMonths }: { keepMonths: number }): number {
  return keepMonths * MONTH_MS;
}

/** The smallest id that could have been made at that time. */
export function firstIdAt(time: Date): Types.ObjectId {
  return Types.ObjectId.createFromTime(Math.max(0, Math.floor(time.getTime() / 1000)));
}
