import type { Deps } from '../../deps.js';
import { ContactDeletion } from '../../models/contact-deletion.js';
import { TIMING, type Timing } from '../../runs/engine/timing.js';
import { dueAt } from '../../runs/engine/put-off.js';
import { staleRun } from '../../runs/engine/take-run.js';

/** Queues deletions again that wait, or whose worker went silent. */
export async function resumeDeletions(deps: Deps, timing: Timing = TIMING): Promise<void> {
  const [waiting, lost] = await Promise.all([
    ContactDeletion.find({ state: 'queued', ...dueAt(deps.now()) }, { _id: 1 }).lean(),
    ContactDeletion.find(staleRun(timing) as object, { _id: 1 }).lean(),
  ]);
  for (const { _id } of [...lost, ...waiting]) await deps.queue.add('delete-contacts', _id.toHexString());
}
