import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { ContactDeletion } from '../../models/contact-deletion.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { isDeleting, isMerging, isSyncing } from '../../runs/engine/find-at-work.js';

export type DeletionStarted =
  | { ok: true; id: Types.ObjectId }
  | { ok: false; reason: 'sync is running' | 'merge is running' | 'being deleted' };

type Asked = Pick<ContactDeletion, 'account' | 'by' | 'level' | 'contact' | 'appointments' | 'planned'>;

/** How long no worker takes the deletion while this looks for what speaks against it. A worker that takes it later looks again. */
const LOOKING_MS = 30_000;

/**
 * Announces a deletion, then looks for syncs and merges. A run that has begun is found here; one that begins now waits for the deletion or
 * is refused. If nothing speaks against it, a worker may take it (`deleteContacts`).
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

/** What speaks against a deletion that has announced itself. */
export async function findAgainst(
  account: Types.ObjectId,
  now: Date,
): Promise<'sync is running' | 'merge is running' | undefined> {
  if (await isSyncing(account)) return 'sync is running';
  return (await isMerging(account, now)) ? 'merge is running' : undefined;
}
