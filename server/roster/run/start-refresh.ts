import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { isDuplicateKey } from '../../models/duplicate-key.js';
import { RosterRun } from '../../models/roster-run.js';

/** A roster run that no event's run waits for. */
export type StartRefresh = Pick<
  RosterRun,
  'account' | 'purpose' | 'of' | 'reason' | 'mapping' | 'upload' | 'asks'
> & {
  by: Types.ObjectId;
  /** The id of a run that was claimed before. */
  _id?: Types.ObjectId;
};

/** Requests a run of the account's roster alone. It begins as soon as a worker is free and no other refresh is at work. */
export async function startRefresh(
  deps: Pick<Deps, 'now' | 'queue'>,
  asked: StartRefresh,
): Promise<Types.ObjectId> {
  const run = await RosterRun.create({ ...asked, alone: true, state: 'queued', createdAt: deps.now() });
  await recordAudit({
    account: asked.account,
    user: asked.by,
    action: `${asked.purpose} roster` as const,
    targets: asked.of ? [run._id, asked.of] : [run._id],
    detail: asked.reason ? { reason: asked.reason } : {},
    at: deps.now(),
  });
  await deps.queue.add('run-refresh', run._id.toHexString());
  return run._id;
}

/**
 * Requests a preview. If the same preview was requested before and is not over, that one is returned. `asks` is unique; a run that is over
 * gives it up when the next one needs it.
 */
export async function startPreview(
  deps: Pick<Deps, 'now' | 'queue'>,
  asked: Omit<StartRefresh, 'purpose'> & { asks: string },
): Promise<Types.ObjectId> {
  const { account, asks } = asked;
  while (true) {
    try {
      return await startRefresh(deps, { ...asked, purpose: 'preview' });
    } catch (error) {
      if (!isDuplicateKey(error)) throw error;
      const first = await RosterRun.findOne({ account, asks }, { state: 1 }).lean();
      if (first?.state === 'queued' || first?.state === 'running') return first._id;
      if (first) await RosterRun.updateOne({ _id: first._id }, { $unset: { asks: 1 } });
    }
  }
}
