import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { RosterRun } from '../models/roster-run.js';

/** A roster run that stands by itself. */
export type StartRefresh = Pick<RosterRun, 'account' | 'purpose' | 'of' | 'reason' | 'mapping' | 'upload'> & {
  by: Types.ObjectId;
};

/** Asks for a run of the account's roster alone, which is done as soon as a worker is free and no other refresh is at work. */
export async function startRefresh(
  deps: Pick<Deps, 'now' | 'queue'>,
  asked: StartRefresh,
): Promise<Types.ObjectId> {
  const run = await RosterRun.create({ ...asked, alone: true, state: 'queued', createdAt: deps.now() });
  await recordAudit({
    account: asked.account,
    user: asked.by,
    action: `${asked.purpose} roster`,
    targets: asked.of ? [run._id, asked.of] : [run._id],
    detail: asked.reason ? { reason: asked.reason } : {},
    at: deps.now(),
  });
  await deps.queue.add('run-refresh', run._id.toHexString());
  return run._id;
}
