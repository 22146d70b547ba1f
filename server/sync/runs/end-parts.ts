import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import type { RunResult } from '../../models/run.js';
import type { Timing } from '../../runs/engine/timing.js';
import { staleRun } from '../../runs/engine/take-run.js';

/** The result of a run that ended before anybody began it. */
export const NOT_STARTED: RunResult = { code: 'stopped before its start' };

/** A part whose run does not exist yet belongs to somebody who is about to add it, for this long. */
const STARTING_MS = 60_000;
const MOST = 500;

/**
 * Ends parts of the account's roster whose events' runs are over (failed, stopped or refused), so that nobody needs them. A part at work
 * ends at its next safe point.
 */
export async function endParts(
  { now }: Pick<Deps, 'now'>,
  parts: readonly (Types.ObjectId | undefined)[],
): Promise<void> {
  for (const _id of parts) {
    if (!_id) continue;
    if (await isWanted(_id)) continue;
    await RosterRun.updateOne(
      { _id, state: 'queued', alone: { $ne: true } },
      { $set: { state: 'stopped', result: NOT_STARTED, finishedAt: now() } },
    );
    // After the waiting ones, as one of them may be taken in between.
    await RosterRun.updateOne(
      { _id, state: 'running', alone: { $ne: true } },
      { $set: { stopRequested: true } },
    );
  }
}

async function isWanted(refresh: Types.ObjectId): Promise<boolean> {
  return (await SyncRun.exists({ refresh, state: { $in: ['queued', 'running'] } })) !== null;
}

/** Ends a part that lost its worker and that nobody needs: while it exists no other run of the account could begin. */
export async function endLostPart(
  { now }: Pick<Deps, 'now'>,
  _id: Types.ObjectId,
  timing: Timing,
): Promise<void> {
  if (await isWanted(_id)) return;
  await RosterRun.updateOne(
    { _id, alone: { $ne: true }, ...(staleRun(timing) as object) },
    {
      $set: { state: 'stopped', result: { code: 'stopped with its run' }, finishedAt: now() },
      $inc: { fence: 1 },
    },
  );
}

/** Ends all waiting parts of which the same is true, also where a process died before it added the run that needed the part. */
export async function endLostParts(deps: Pick<Deps, 'now'>): Promise<void> {
  const before = new Date(deps.now().getTime() - STARTING_MS);
  const waiting = await RosterRun.find(
    { state: 'queued', alone: { $ne: true }, createdAt: { $lt: before } },
    { _id: 1 },
  )
    .limit(MOST)
    .lean();
  await endParts(
    deps,
    waiting.map(({ _id }) => _id),
  );
}
