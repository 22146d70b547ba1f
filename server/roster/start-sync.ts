import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import type { Account } from '../models/account.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import type { Event } from '../models/event.js';
import { SyncRun, type SyncTrigger } from '../models/sync-run.js';

export interface StartSync {
  account: Pick<Account, '_id' | 'clever'>;
  event: Pick<Event, '_id' | 'sync'>;
  trigger: SyncTrigger;
  /** The login of who asks; absent for the night. */
  by?: Types.ObjectId;
  /** For nights: the account's local date. */
  night?: string;
  /** For imports: whether the nightly sync is on afterwards. */
  keepSynced?: boolean;
}

export type SyncStarted =
  | { ok: true; run: Types.ObjectId; /** The same was asked for before and waits still. */ waits: boolean }
  | { ok: false; reason: 'not connected' | 'nothing chosen' | 'night is done' };

/**
 * Asks for a sync of an event, which runs as soon as a worker is free. What is asked twice at once is one run; a night that
 * has its run gets no other.
 */
export async function startSync(deps: Deps, asked: StartSync): Promise<SyncStarted> {
  const { account, event, trigger, by, night, keepSynced } = asked;
  if (!account.clever?.enabled) return { ok: false, reason: 'not connected' };
  if (!event.sync || event.sync.schools.length === 0) return { ok: false, reason: 'nothing chosen' };
  try {
    const run = await SyncRun.create({
      account: account._id,
      event: event._id,
      trigger,
      state: 'queued',
      createdAt: deps.now(),
      ...(by ? { by } : {}),
      ...(night ? { night } : {}),
      ...(keepSynced === undefined ? {} : { keepSynced }),
    });
    if (by)
      await recordAudit({
        account: account._id,
        event: event._id,
        user: by,
        action: `start ${trigger === 'first import' ? 'import' : 'sync'}`,
        targets: [run._id],
        at: deps.now(),
      });
    await deps.queue.add('run-sync', run._id.toHexString());
    return { ok: true, run: run._id, waits: false };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const waiting = await SyncRun.findOne({ event: event._id, trigger, state: 'queued' }, { _id: 1 }).lean();
    if (night !== undefined || !waiting) return { ok: false, reason: 'night is done' };
    return { ok: true, run: waiting._id, waits: true };
  }
}
