import type { Model, Types } from 'mongoose';
import { Event } from '../../models/event.js';
import { documentsOf, findTogether, rowsOf, type Question } from '../../models/find-together.js';
import { RosterChange } from '../../models/roster-change.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import { SyncRun } from '../../models/sync-run.js';
import { mayRunEvent, mayRunAll, type Actor } from '../../web/actor.js';
import { dayAndTimeSoon } from '../../web/format-time.js';
import type { WithheldCounts } from '../changes/count-withheld.js';
import { pathOfRefresh, pathOfRun, type RunPlace } from './queries.js';
import { nameSource } from './name-source.js';
import { sayMissing } from './summarize-run.js';

/** Removals that wait for somebody: what and where. */
export interface WithheldNotice {
  text: string;
  href: string;
}

interface WithheldRow {
  run: Types.ObjectId;
  event?: Types.ObjectId;
  counts: WithheldCounts;
  /** When the first of them was found missing. */
  since: Date | null;
}

/** The question for when the first of the removals that a run still withholds was found missing, perhaps by an earlier run that withheld it too. */
export function askSince(run: Types.ObjectId): Question<RosterChange> {
  return documentsOf<RosterChange>(
    RosterChange,
    { run, state: 'withheld' },
    { fields: { since: 1 }, sort: { since: 1 }, limit: 1 },
  );
}

/**
 * The removals that wait for the actor: of the account's roster for its administrators, of events for the people who run them.
 * @param event limits events to this one; the account's are always included
 */
export async function withheldNotices(
  actor: Actor,
  now: Date,
  event?: Types.ObjectId,
): Promise<WithheldNotice[]> {
  const rows = (await withheldByRun(actor.account)).filter((row) =>
    row.event ? (!event || row.event.equals(event)) && mayRunEvent(actor, row.event) : mayRunAll(actor),
  );
  if (rows.length === 0) return [];
  const ids = rows.map(({ run }) => run);
  const fields = { createdAt: 1, startedAt: 1 } as const;
  const { updates, refreshes, events } = await findTogether({
    updates: documentsOf(SyncRun, { _id: { $in: ids } }, { fields }),
    refreshes: documentsOf(RosterRun, { _id: { $in: ids } }, { fields }),
    events: documentsOf(
      Event,
      { _id: { $in: rows.flatMap((row) => row.event ?? []) } },
      { fields: { name: 1 } },
    ),
  });
  const runOf = new Map([...updates, ...refreshes].map((run) => [run._id.toHexString(), run]));
  const nameOf = new Map(events.map(({ _id, name }) => [_id.toHexString(), name]));
  return rows.map((row) => {
    const found = runOf.get(row.run.toHexString());
    const first = row.since ?? found?.startedAt ?? found?.createdAt;
    const since = first ? dayAndTimeSoon(first, actor, now) : '';
    const name = row.event && nameOf.get(row.event.toHexString());
    return {
      text: sayMissing(row.counts, actor, nameSource(actor.source), { event: name, since }),
      href: `${row.event ? pathOfRun(row.run) : pathOfRefresh(row.run)}/withheld`,
    };
  });
}

async function withheldByRun(account: Types.ObjectId): Promise<WithheldRow[]> {
  const groups = await RosterChange.aggregate<{
    _id: { run: Types.ObjectId; event?: Types.ObjectId };
    kinds: { kind: string }[];
    since: Date | null;
  }>([
    { $match: { account, state: 'withheld' } },
    {
      $group: {
        _id: { run: '$run', event: '$event', kind: '$kind' },
        count: { $sum: { $ifNull: ['$size', 1] } },
        since: { $min: '$since' },
      },
    },
    {
      $group: {
        _id: { run: '$_id.run', event: '$_id.event' },
        kinds: { $push: { kind: '$_id.kind', withheld: '$count' } },
        since: { $min: '$since' },
      },
    },
  ]);
  return groups.map(({ _id, kinds, since }) => ({
    ..._id,
    since,
    counts: Object.fromEntries(
      (kinds as { kind: string; withheld: number }[]).map(({ kind, withheld }) => [kind, { withheld }]),
    ),
  }));
}

export interface Decision {
  run: Types.ObjectId;
  verdict: 'accept' | 'reject';
  state: Run['state'];
  reason: string;
  by?: Types.ObjectId;
  at: Date;
}

/** The last decision about what a run withheld: on its own list, or on that of an older run that withheld a part of the same. */
export async function decisionOn({ run, event }: RunPlace): Promise<Decision | undefined> {
  const model = (event ? SyncRun : RosterRun) as unknown as Model<Run>;
  const { own, older } = await findTogether({
    own: documentsOf(
      model,
      { of: run._id, purpose: { $in: ['accept', 'reject'] } },
      { sort: { createdAt: -1 }, limit: 1 },
    ),
    older: rowsOf<{ runs: Run[] }>(RosterChange, [
      { $match: { run: run._id, state: 'withheld' } },
      { $group: { _id: '$decidedBy' } },
      { $lookup: { from: model.collection.name, localField: '_id', foreignField: '_id', as: 'runs' } },
    ]),
  });
  const [found] = [...own, ...older.flatMap(({ runs }) => runs)].sort(
    (a, b) => b.createdAt.getTime() - a.createdAt.getTime(),
  );
  if (!found) return undefined;
  const { _id, purpose, state, reason = '', by, createdAt: at } = found;
  return {
    run: _id,
    verdict: purpose === 'accept' ? purpose : 'reject',
    state,
    reason,
    at,
    ...(by ? { by } : {}),
  };
}
