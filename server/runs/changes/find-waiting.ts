import type { Types } from 'mongoose';
import { RosterChange } from '../../models/roster-change.js';
import type { HeldRun } from '../engine/hold-run.js';

const BATCH = 1000;

/**
 * Whether all removals of a kind that wait for a person are found again, so that nothing has come back and nobody has decided: then they
 * wait on, whatever came in meanwhile and makes them look few. What only a doubtful download missed does not.
 * @param gone the documents that would go now
 */
export async function waitStill(
  run: Pick<HeldRun, 'account' | 'event'>,
  kind: string,
  gone: AsyncIterable<{ _id: Types.ObjectId }>,
): Promise<boolean> {
  const held = {
    account: run.account,
    event: run.event ?? { $exists: false },
    state: 'held' as const,
    kind,
    doubtful: { $exists: false },
  };
  const waiting = await RosterChange.countDocuments(held);
  if (waiting === 0) return false;
  let found = 0;
  let batch: Types.ObjectId[] = [];
  const count = async () => {
    if (batch.length > 0) found += await RosterChange.countDocuments({ ...held, target: { $in: batch } });
    batch = [];
  };
  for await (const { _id } of gone) {
    batch.push(_id);
    if (batch.length === BATCH) await count();
  }
  await count();
  return found === waiting;
}
