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
  /** Of a run that was claimed before. */
  _id?: Types.ObjectId;
  account: Pick<Account, '_id' | 'clever' | 'files'>;
  event: Pick<Event, '_id' | 'sync'>;
  trigger: SyncTrigger;
  /** The login of who asks; absent for the night. */
  by?: Types.ObjectId;
  /** For nights: the account's local date. */
  night?: string;
  /** For imports: whether the nightly sync is on afterwards. */
  keepSynced?: boolean;
  /** By default a sync. */
  purpose?: RunPurpose;
  /** The run whose changes are applied, accepted, rejected or undone. */
  of?: Types.ObjectId;
  /** The roster run that does the account's part; by default one of its own. */
  refresh?: Types.ObjectId;
  reason?: string;
  /** It comes with another choice of what the event takes. */
  chose?: SyncRun['chose'];
  /** Of a preview: what the event would take. */
  choice?: SyncChoice;
}

export type SyncStarted =
  | { ok: true; run: Types.ObjectId; /** The same was asked for before and waits still. */ waits: boolean }
  | { ok: false; reason: 'not connected' | 'nothing chosen' | 'night is done' };

const AUDITED: Record<SyncTrigger, AuditAction> = {
  'first import': 'start import',
  nightly: 'start sync',
  'sync now': 'start sync',
  preview: 'preview sync',
  apply: 'apply preview',
  accept: 'accept held removals',
  reject: 'reject held removals',
  undo: 'undo sync',
};

/**
 * Asks for a sync of an event, which runs as soon as a worker is free. What is asked twice at once is one run; a night that
 * has its run gets no other.
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
