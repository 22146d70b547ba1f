import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { AuditAction } from '../../audit/say-action.js';
import type { Deps } from '../../deps.js';
import { sourceOf, type Account } from '../../models/account.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import type { Event } from '../../models/event.js';
import { readsSource, type RunPurpose } from '../../models/run.js';
import { SyncRun, type SyncChoice, type SyncTrigger } from '../../models/sync-run.js';

export interface StartSync {
  /** The id of a run that was claimed before. */
  _id?: Types.ObjectId;
  account: Pick<Account, '_id' | 'clever' | 'files'>;
  event: Pick<Event, '_id' | 'sync'>;
  trigger: SyncTrigger;
  /** The login of the person who requests it; absent for a night. */
  by?: Types.ObjectId;
  /** For nights: the account's local date. */
  night?: string;
  /** For imports: whether the nightly sync is on afterwards. */
  keepSynced?: boolean;
  /** A sync by default. */
  purpose?: RunPurpose;
  /** The run that is applied, accepted, rejected or undone. */
  of?: Types.ObjectId;
  /** The roster run for the account's part; one of its own by default. */
  refresh?: Types.ObjectId;
  reason?: string;
  /** The choice of schools and terms that was made with the run. */
  chose?: SyncRun['chose'];
  /** For a preview: the schools and terms that the event would have. */
  choice?: SyncChoice;
}

export type SyncStarted =
  | {
      ok: true;
      run: Types.ObjectId;
      /** The same run was requested before and still waits. */ waits: boolean;
    }
  | { ok: false; reason: 'not connected' | 'nothing chosen' | 'night is done' };

const AUDITED: Record<SyncTrigger, AuditAction> = {
  'first import': 'start import',
  nightly: 'start sync',
  'sync now': 'start sync',
  preview: 'preview sync',
  apply: 'apply preview',
  accept: 'accept withheld removals',
  reject: 'reject withheld removals',
  undo: 'undo sync',
};

/**
 * Requests a sync of an event, which begins as soon as a worker is free. Two requests at once are one run; a night that had its run gets no
 * second one.
 */
export async function startSync(deps: Deps, asked: StartSync): Promise<SyncStarted> {
  const { account, event, trigger, by, ...more } = asked;
  const reads = readsSource({ purpose: asked.purpose ?? 'sync' });
  if (reads && !asked.refresh && !sourceOf(account)) return { ok: false, reason: 'not connected' };
  const schools = (asked.choice ?? event.sync)?.schools ?? [];
  if (reads && schools.length === 0) return { ok: false, reason: 'nothing chosen' };
  try {
    const run = await SyncRun.create({
      account: account._id,
      event: event._id,
      trigger,
      state: 'queued',
      createdAt: deps.now(),
      ...(by ? { by } : {}),
      ...more,
    });
    if (by)
      await recordAudit({
        account: account._id,
        event: event._id,
        user: by,
        action: AUDITED[trigger],
        targets: asked.of ? [run._id, asked.of] : [run._id],
        detail: asked.reason ? { reason: asked.reason } : {},
        at: deps.now(),
      });
    await deps.queue.add('run-sync', run._id.toHexString());
    return { ok: true, run: run._id, waits: false };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    const waiting = await SyncRun.findOne({ event: event._id, trigger, state: 'queued' }, { _id: 1 }).lean();
    if (asked.night !== undefined || !waiting) return { ok: false, reason: 'night is done' };
    return { ok: true, run: waiting._id, waits: true };
  }
}
