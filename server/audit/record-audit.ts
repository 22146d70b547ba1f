import type { Types } from 'mongoose';
import { AuditEntry } from '../models/audit-entry.js';

/**
 * Leaves an entry saying who changed what. Awaited by the change that it tells of.
 * @param entry `detail` holds counts and settings, never names or addresses; `user` is absent when a job did it.
 */
export async function recordAudit(entry: {
  /** Given by whoever wants to undo the change by its entry. */
  _id?: Types.ObjectId;
  account: Types.ObjectId;
  event?: Types.ObjectId;
  user?: Types.ObjectId;
  action: string;
  targets?: Types.ObjectId[];
  detail?: Record<string, unknown>;
  at: Date;
}): Promise<void> {
  await AuditEntry.create({ targets: [], detail: {}, ...entry });
}
