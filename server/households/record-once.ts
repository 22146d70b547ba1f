import { recordAudit, type Audit } from '../audit/record-audit.js';
import { isDuplicateKey } from '../models/duplicate-key.js';

/** Leaves an audit entry that a repetition does not leave again: its id is that of what it is about. */
export async function auditOnce(audit: Audit): Promise<void> {
  try {
    await recordAudit(audit);
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
}
