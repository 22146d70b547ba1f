import type { Types } from 'mongoose';
import type { Deps } from '../../deps.js';
import { Event } from '../../models/event.js';
import { documentsOf, findTogether } from '../../models/find-together.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { startSync } from '../../sync/runs/start-sync.js';
import { stopSync } from '../../sync/runs/stop-sync.js';

/** The parts of a run that can be undone. */
export interface Undoable {
  /** Classes, teachers and appointments of the event. */
  event: boolean;
  /** People and mirror of the account, by this roster run; the same part of other events' last runs is undone with it. */
  account?: Types.ObjectId;
  /** Other events whose last run used that roster run. */
  others: Pick<SyncRun, '_id' | 'event'>[];
}

/** What of a sync run can be undone: only an event's last run that changed something, and the roster's last one that did. */
export async function findUndoable(run: SyncRun): Promise<Undoable> {
  const newest = { fields: UNDO_FIELDS, sort: { createdAt: -1 }, limit: 1 } as const;
  const {
    lasts: [last],
    refreshes: [refresh],
    lastRefreshes: [lastRefresh],
  } = await findTogether({
    lasts: documentsOf(SyncRun, { event: run.event, changed: true }, newest),
    refreshes: documentsOf(
      RosterRun,
      { _id: { $in: run.refresh ? [run.refresh] : [] } },
      { fields: UNDO_FIELDS },
    ),
    lastRefreshes: documentsOf(RosterRun, { account: run.account, changed: true }, newest),
  });
  const event = isLast(run, last);
  if (!refresh || run.purpose === 'undo' || !isLast(refresh, lastRefresh)) return { event, others: [] };
  return { event, account: refresh._id, others: await othersOf(run, refresh._id) };
}

const UNDO_FIELDS = { purpose: 1, state: 1, changed: 1, undoneBy: 1 } as const;

type Looked = Pick<Run, '_id' | 'purpose' | 'state' | 'changed' | 'undoneBy'>;

function isLast(run: Looked, last: Looked | undefined): boolean {
  const over = run.state !== 'queued' && run.state !== 'running';
  return over && run.purpose !== 'undo' && !run.undoneBy && last?._id.equals(run._id) === true;
}

async function othersOf(run: SyncRun, refresh: Types.ObjectId): Promise<Undoable['others']> {
  const found = await SyncRun.aggregate<SyncRun & { lasts: Looked[] }>([
    {
      $match: { refresh, event: { $ne: run.event }, state: { $in: ['done', 'stopped', 'failed'] } },
    },
    {
      $lookup: {
        from: SyncRun.collection.name,
        localField: 'event',
        foreignField: 'event',
        pipeline: [
          { $match: { changed: true } },
          { $sort: { createdAt: -1 } },
          { $limit: 1 },
          { $project: UNDO_FIELDS },
        ],
        as: 'lasts',
      },
    },
  ]);
  return found.filter((other) => isLast(other, other.lasts[0])).map(({ _id, event }) => ({ _id, event }));
}

export interface UndoAsked {
  by: Types.ObjectId;
  reason: string;
  /** Whether the account's roster is undone too, as far as possible, with the other events that used it. */
  whole: boolean;
  /** Whether the events' nightly sync goes off; otherwise the coming night makes the same changes again. */
  stopNightly: boolean;
}

export type UndoStarted =
  { ok: true; run: Types.ObjectId } | { ok: false; reason: 'not the last' | 'event gone' };

/** Requests that a run be undone. */
export async function undoRun(deps: Deps, run: SyncRun, asked: UndoAsked): Promise<UndoStarted> {
  const can = await findUndoable(run);
  const account = asked.whole ? can.account : undefined;
  if (!can.event && !account) return { ok: false, reason: 'not the last' };
  const others = account ? can.others : [];
  const events = [run.event, ...others.map(({ event }) => event)];
  // An undo that somebody has just requested already waits: that one is used.
  if (asked.stopNightly) await stopSync(deps, { account: run.account, events, by: asked.by, spare: 'undo' });
  const refresh = account && (await undoOfAccount(deps, run.account, account, asked));
  const began = [];
  for (const other of others)
    began.push(await undoOne(deps, { ...other, account: run.account }, asked, refresh));
  const started = await undoOne(deps, run, asked, refresh);
  // The first of two requests is used; nobody would ever do this part.
  if (refresh && !(await SyncRun.exists({ refresh })))
    await RosterRun.deleteOne({ _id: refresh, state: 'queued' });
  // Where the event itself is deleted, the rest is undone all the same.
  const any = started.ok ? started : began.find(({ ok }) => ok);
  return any?.ok ? { ok: true, run: any.run } : { ok: false, reason: 'event gone' };
}

async function undoOfAccount(
  deps: Deps,
  account: Types.ObjectId,
  of: Types.ObjectId,
  { by, reason }: UndoAsked,
): Promise<Types.ObjectId> {
  const fresh = { account, purpose: 'undo' as const, of, by, reason, state: 'queued' as const };
  return (await RosterRun.create({ ...fresh, createdAt: deps.now() }))._id;
}

async function undoOne(
  deps: Deps,
  run: Pick<SyncRun, '_id' | 'account' | 'event'>,
  { by, reason }: UndoAsked,
  refresh: Types.ObjectId | undefined,
) {
  const event = await Event.findById(run.event, { sync: 1 }).lean();
  // Somebody deleted the event meanwhile, and its runs with it.
  if (!event) return { ok: false as const };
  return startSync(deps, {
    account: { _id: run.account },
    event: { _id: run.event, ...(event.sync ? { sync: event.sync } : {}) },
    trigger: 'undo',
    purpose: 'undo',
    of: run._id,
    by,
    reason,
    ...(refresh ? { refresh } : {}),
  });
}
