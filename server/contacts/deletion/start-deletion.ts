import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { ContactDeletion } from '../../models/contact-deletion.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { isDeleting, isMerging, isSyncing } from '../../runs/engine/find-at-work.js';

export type DeletionStarted =
  | { ok: true; id: Types.ObjectId }
  | { ok: false; reason: 'sync is running' | 'merge is running' | 'being deleted' };

type Asked = Pick<ContactDeletion, 'account' | 'by' | 'level' | 'contact' | 'appointments' | 'planned'>;

/** So long nobody takes it to work while it looks for what stands against it; whoever takes it after that looks again. */
const LOOKING_MS = 30_000;

/**
 * Announces a deletion, then looks for syncs and merges: one that has begun is found here, and one that begins now waits for this, or is
 * refused. What nothing stands against may be taken to work (`deleteContacts`).
 */
export async function startDeletion({ now }: Pick<Deps, 'now'>, asked: Asked): Promise<DeletionStarted> {
  const { account } = asked;
  if (await isDeleting(account)) return { ok: false, reason: 'being deleted' };
  const at = now();
  let id: Types.ObjectId;
  try {
    const retryAt = new Date(at.getTime() + LOOKING_MS);
    const made = await ContactDeletion.create({ ...asked, state: 'queued', retryAt, createdAt: at });
    id = made._id;
  } catch (error) {
    if (isDuplicateKey(error)) return { ok: false, reason: 'being deleted' };
    throw error;
  }
  const against = await findAgainst(account, now());
  if (against) {
    await ContactDeletion.deleteOne({ _id: id, state: 'queued' });
    return { ok: false, reason: against };
  }
  await ContactDeletion.updateOne(
    { _id: id, state: 'queued' },
    { $set: { cleared: true }, $unset: { retryAt: 1 } },
  );
  return { ok: true, id };
}

/** What stands against a deletion that has announced itself. */
export async function findAgainst(
  account: Types.ObjectId,
  now: Date,
): Promise<'sync is running' | 'merge is running' | undefined> {
  if (await isSyncing(account)) return 'sync is running';
  return (await isMerging(account, now)) ? 'merge is running' : undefined;
}
