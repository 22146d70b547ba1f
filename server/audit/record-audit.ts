import { Types } from 'mongoose';
import { AuditEntry, type AuditChange } from '../models/audit-entry.js';
import { writesTo, type Write } from '../models/write-together.js';
import { currentSource } from './follow-source.js';
import type { AuditAction } from './say-action.js';

/** `detail` holds counts and settings, never names or addresses; `user` is absent when a job did it. */
export interface Audit {
  /** Given by a caller that wants to undo the change by its entry. */
  _id?: Types.ObjectId;
  account: Types.ObjectId;
  event?: Types.ObjectId;
  user?: Types.ObjectId;
  action: AuditAction;
  targets?: Types.ObjectId[];
  detail?: Record<string, unknown>;
  /** As returned by `changesOf`. */
  changes?: AuditChange[];
  /** Where the request came from, if the entry is written after it. */
  from?: string;
  at: Date;
}

/** Leaves an entry saying who changed what, and from which address. Awaited by the change that it tells of. */
export async function recordAudit(audit: Audit): Promise<void> {
  await AuditEntry.create(entryOf(audit));
}

/** The same as a write, for who makes it together with others. */
export function auditWrite(audit: Audit): Write[] {
  return writesTo<AuditEntry>(AuditEntry, [{ insertOne: { document: entryOf(audit) } }]);
}

function entryOf({ changes = [], ...entry }: Audit) {
  const from = entry.user ? currentSource() : '';
  return {
    _id: new Types.ObjectId(),
    targets: [],
    detail: {},
    ...entry,
    ...(from ? { from } : {}),
    ...(changes.length > 0 ? { changes } : {}),
  };
}
