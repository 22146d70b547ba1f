import type { Types } from 'mongoose';
import { AuditEntry, type AuditChange } from '../models/audit-entry.js';
import { currentSource } from './follow-source.js';
import type { AuditAction } from './say-action.js';

/**
 * Leaves an entry saying who changed what, and from which address. Awaited by the change that it tells of.
 * @param entry `detail` holds counts and settings, never names or addresses; `user` is absent when a job did it.
 */
export async function recordAudit({
  changes = [],
  ...entry
}: {
  /** Given by whoever wants to undo the change by its entry. */
  _id?: Types.ObjectId;
  account: Types.ObjectId;
  event?: Types.ObjectId;
  user?: Types.ObjectId;
  action: AuditAction;
  targets?: Types.ObjectId[];
  detail?: Record<string, unknown>;
  /** As `changesOf` finds them. */
  changes?: AuditChange[];
  at: Date;
}): Promise<void> {
  const from = entry.user ? currentSource() : '';
  await AuditEntry.create({
    targets: [],
    detail: {},
    ...entry,
    ...(from ? { from } : {}),
    ...(changes.length > 0 ? { changes } : {}),
  });
}
