import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import type { Deps } from '../../deps.js';
import { Event } from '../../models/event.js';
import type { RunPurpose } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { endParts, NOT_STARTED } from './end-parts.js';
import { WAITING } from './queue-waiting.js';

/** What a stop has stopped; both 0 if everything was stopped before. */
export interface SyncStopped {
  /** Events whose nightly sync was on. */
  events: number;
  /** Runs that waited, or that were asked to stop at their next safe point. */
  runs: number;
}

/**
 * Stops the nightly sync of these events, and their runs. A second stop changes nothing.
 * @param stop.by absent if a job does it
 * @param stop.spare runs with this purpose continue
 */
export async function stopSync(
  deps: Pick<Deps, 'now'>,
  stop: { account: Types.ObjectId; events: Types.ObjectId[]; by?: Types.ObjectId; spare?: RunPurpose },
): Promise<SyncStopped> {
  const ofEvents = {
    account: stop.account,
    event: { $in: stop.events },
    ...(stop.spare ? { purpose: { $ne: stop.spare } } : {}),
  };
  // Before the events: a first import that ends at this moment looks here before it leaves the sync on.
  const asked = await SyncRun.updateMany(
    { ...ofEvents, state: { $in: ['queued', 'running'] }, stopRequested: false },
    { $set: { stopRequested: true } },
  );
  // Runs without a worker cannot notice the stop themselves.
  const notBegun = { ...ofEvents, state: 'queued' as const, stopRequested: true };
  const waiting = { ...ofEvents, ...WAITING, stopRequested: true };
  const parts: Types.ObjectId[] = await SyncRun.distinct('refresh', { $or: [notBegun, waiting] });
  const finishedAt = deps.now();
  await SyncRun.updateMany(notBegun, { $set: { state: 'stopped', result: NOT_STARTED, finishedAt } });
  await SyncRun.updateMany(waiting, {
    $set: { state: 'stopped', result: { code: 'stopped' }, finishedAt },
    $unset: { waitsFor: 1 },
  });
  await endParts(deps, parts);
  const on = { _id: { $in: stop.events }, account: stop.account, 'sync.on': true };
  const events = await Event.updateMany(on, { $set: { 'sync.on': false } });
  const stopped = { events: events.modifiedCount, runs: asked.modifiedCount };
  if (stopped.events + stopped.runs > 0)
    await recordAudit({
      account: stop.account,
      ...(stop.events.length === 1 ? { event: stop.events[0] } : {}),
      ...(stop.by ? { user: stop.by } : {}),
      action: 'stop sync',
      targets: stop.events,
      detail: { ...stopped },
      at: deps.now(),
    });
  return stopped;
}

/** Turns an event's nightly sync on again; missed nights are not caught up. */
export async function resumeSync(
  deps: Pick<Deps, 'now'>,
  resume: { account: Types.ObjectId; event: Types.ObjectId; by: Types.ObjectId },
): Promise<{ ok: true } | { ok: false; reason: 'on already or never imported' }> {
  const resumed = await Event.updateOne(
    { _id: resume.event, account: resume.account, 'sync.on': false },
    { $set: { 'sync.on': true, 'sync.onSince': deps.now() } },
  );
  if (resumed.modifiedCount === 0) return { ok: false, reason: 'on already or never imported' };
  await recordAudit({
    account: resume.account,
    event: resume.event,
    user: resume.by,
    action: 'start nightly sync',
    at: deps.now(),
  });
  return { ok: true };
}
