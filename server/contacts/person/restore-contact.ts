import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Contact } from '../../models/contact.js';
import { isDeleting } from '../../runs/engine/find-at-work.js';
import type { Actor } from '../../web/actor.js';
import { findTaken, type Taken } from './find-taken.js';

export type Restored =
  { ok: true } | { ok: false; reason: 'not transferred' | 'being deleted' } | ({ ok: false } & Taken);

/**
 * Makes a transferred person active again. The contact notes that somebody wants them to stay, so that no sync removes them for being
 * missing, until the source has them again.
 */
export async function restoreContact(
  { now }: Pick<Deps, 'now'>,
  { account, user }: Pick<Actor, 'account' | 'user'>,
  id: Types.ObjectId,
): Promise<Restored> {
  const found = await Contact.findOne({ _id: id, account, status: 'transferred' }).lean();
  if (!found) return { ok: false, reason: 'not transferred' };
  if (await isDeleting(account)) return { ok: false, reason: 'being deleted' };
  const { record } = found;
  const taken = await findTaken(found);
  if (taken) return { ok: false, ...taken };
  const at = now();
  const done = await Contact.updateOne(
    { _id: id, account, status: 'transferred', merging: { $exists: false } },
    {
      $set: { status: 'active', ...(record?.id ? { 'record.kept': at } : {}) },
      $unset: { transferredAt: 1 },
    },
  );
  if (done.matchedCount === 0) return { ok: false, reason: 'not transferred' };
  await recordAudit({ account, user, action: 'restore contact', targets: [id], at });
  return { ok: true };
}
