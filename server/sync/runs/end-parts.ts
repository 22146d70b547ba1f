import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { RosterRun } from '../../models/roster-run.js';
import { SyncRun } from '../../models/sync-run.js';
import type { RunResult } from '../../models/run.js';

/** How a run ends before anybody began with it. */
export const NOT_STARTED: RunResult = { code: 'stopped before its start' };

/** A part whose run is not there yet is one that somebody is about to ask for, for this long. */
const STARTING_MS = 60_000;
const MOST = 500;

/**
 * Ends those of these parts of the account's roster that wait for a run which is over: it failed, was stopped or was refused before it
 * came to them, so that nobody will ever do them.
 */
export async function endParts(
  { now }: Pick<Deps, 'now'>,
  parts: readonly (Types.ObjectId | undefined)[],
): Promise<void> {
  for (const _id of parts) {
    if (!_id) continue;
    if (await SyncRun.exists({ refresh: _id, state: { $in: ['queued', 'running'] } })) continue;
    await RosterRun.updateOne(
      { _id, state: 'queued', alone: { $ne: true } },
      { $set: { state: 'stopped', result: NOT_STARTED, finishedAt: now() } },
    );
  }
}

/** The same of all that wait: also where a process died before it had asked for the run that would have done the part. */
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
