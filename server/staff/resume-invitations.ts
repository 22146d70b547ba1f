import type { Deps } from '../deps.js';
import { StaffInvitation } from '../models/staff-invitation.js';
import { dueAt } from '../runs/engine/put-off.js';
import { staleRun } from '../runs/engine/take-run.js';
import { TIMING, type Timing } from '../runs/engine/timing.js';

/** Queues invitations again that wait, or whose worker went silent. */
export async function resumeInvitations(deps: Deps, timing: Timing = TIMING): Promise<void> {
  const [waiting, lost] = await Promise.all([
    StaffInvitation.find({ state: 'queued', ...dueAt(deps.now()) }, { _id: 1 }).lean(),
    StaffInvitation.find(staleRun(timing) as object, { _id: 1 }).lean(),
  ]);
  for (const { _id } of [...lost, ...waiting]) await deps.queue.add('invite-staff', _id.toHexString());
}
