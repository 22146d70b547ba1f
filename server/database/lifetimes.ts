import { Types, type Model } from 'mongoose';
import { AuditEntry } from '../models/audit-entry.js';
import { ContactDeletion } from '../models/contact-deletion.js';
import { Mailing, MailingRecipient } from '../models/mailing.js';
import { Notification } from '../models/notification.js';
import { Plan } from '../models/plan.js';
import { Rehearsal } from '../models/rehearsal.js';
import { SlotMove, SlotMoveItem } from '../models/slot-move.js';
import { StaffInvitation } from '../models/staff-invitation.js';
import { SyncLog } from '../models/sync-log.js';
import { WaitlistEntry } from '../models/waitlist-entry.js';

const DAY_MS = 24 * 3600_000;
/** The longest month. */
const MONTH_MS = 31 * DAY_MS;

/** Documents that are deleted some time after they were made. */
export interface Lifetime {
  collection: Model<unknown>;
  /** @param keepMs the installation's KEEP_MONTHS in milliseconds */
  ms: (keepMs: number) => number;
  /** A filter for the documents. */
  where: Record<string, unknown>;
}

/**
 * How long documents live that are never changed, by the time in their id. The times exceed all uses: what a run changed can be undone for
 * 60 days, and an event is announced within a year. Not in this table:
 * - runs live for KEEP_MONTHS, and the last ones of each event and account stay (`delete-runs.ts`);
 * - claims, diaries and preference rounds live for 60 days after the event's last day (`delete-bookkeeping.ts`); the appointments stay;
 * - a hold lives for ten minutes, and two more days if it ended without a booking (`booking/policy.ts`);
 * - links that work once, sessions, counters of tries, uploaded files, and the notes of runs have an expiry date of their own, and the
 * database or the embedded engine's process deletes them.
 */
export const LIFETIMES: Lifetime[] = [
  {
    collection: Notification as Model<unknown>,
    ms: (keepMs) => keepMs,
    where: { state: { $in: ['sent', 'kept', 'failed'] } },
  },
  { collection: AuditEntry as Model<unknown>, ms: (keepMs) => keepMs, where: {} },
  // As long as a hold that ended; what was booked stays.
  { collection: Plan as Model<unknown>, ms: () => 2 * DAY_MS, where: { state: { $ne: 'booking' } } },
  {
    collection: WaitlistEntry as Model<unknown>,
    ms: (keepMs) => keepMs,
    where: { open: { $exists: false } },
  },
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
  { collection: Rehearsal as Model<unknown>, ms: (keepMs) => keepMs, where: { open: { $exists: false } } },
  { collection: MailingRecipient as Model<unknown>, ms: (keepMs) => keepMs, where: {} },
  { collection: SlotMoveItem as Model<unknown>, ms: (keepMs) => keepMs, where: {} },
  {
    collection: ContactDeletion as Model<unknown>,
    ms: (keepMs) => keepMs,
    where: { state: { $in: ['done', 'stopped', 'failed'] } },
  },
  {
    collection: StaffInvitation as Model<unknown>,
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
