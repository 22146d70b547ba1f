import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import type { HeldRun } from '../runs/hold-run.js';

const BATCH = 1000;

/**
 * Held removals of earlier runs are answered by what this run found: it holds them anew, or they are back, or went. What somebody
 * decided about them meanwhile goes on to those that it holds anew.
 * @param found the run whose findings these are, where this one applies a preview
 */
export async function dropOlderHeld(
  run: Pick<HeldRun, 'id' | 'name' | 'account' | 'event' | 'preview'>,
  kinds: readonly string[],
  found?: Types.ObjectId,
): Promise<void> {
  if (run.preview || kinds.length === 0) return;
  const older = {
    account: run.account,
    event: run.event ?? { $exists: false },
    state: 'held' as const,
    kind: { $in: [...kinds] },
    // Ids rise with time: what was held since is none of a preview's findings.
    ...(found ? { run: { $lt: found } } : { heldBy: { $ne: run.name } }),
  };
  // First those that nobody decided about: whoever decides now does it about the others, or finds them here.
  await RosterChange.deleteMany({ ...older, decidedBy: { $exists: false } });
  for (;;) {
    const rows = await RosterChange.find(
      { ...older, decidedBy: { $exists: true } },
      { target: 1, decidedBy: 1 },
    )
      .limit(BATCH)
      .lean();
    if (rows.length === 0) return;
    await RosterChange.bulkWrite(
      rows.map(({ target, decidedBy }) => ({
        updateOne: {
          filter: { run: run.id, target, state: 'held' as const },
          update: { $set: { decidedBy } },
        },
      })),
      { ordered: false },
    );
    await RosterChange.deleteMany({ _id: { $in: rows.map(({ _id }) => _id) } });
  }
}
