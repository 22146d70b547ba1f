import type { QueryFilter, Types } from 'mongoose';
import { Event } from '../../models/event.js';
import { documentsOf, findTogether } from '../../models/find-together.js';
import { RosterRun } from '../../models/roster-run.js';
import type { Run } from '../../models/run.js';
import type { SyncLog } from '../../models/sync-log.js';
import { SyncRun } from '../../models/sync-run.js';
import { User } from '../../models/user.js';
import { mayRunEvent, mayReadAll, mayRunAll, type Actor } from '../../web/actor.js';
import { placed, type PlacedEvent, type Place } from '../../web/place.js';
import { REFRESH_WORDS, TITLE_WORDS } from './show-run.js';

/** A run with what its pages need: an event's run with the download that it uses, or a run of the account's roster alone. */
export interface RunPlace extends Place {
  run: SyncRun | RosterRun;
  refresh: RosterRun | null;
  /** Whether the reader may read the account's part too: the log and changes of the whole district. */
  wholeAccount: boolean;
  event?: PlacedEvent;
  /** "Sync of Fall conferences". */
  title: string;
  /** The address of its page; further pages lie below it. */
  home: string;
  /** The page above. */
  back: { label: string; href: string };
}

export interface FoundRun extends RunPlace {
  run: SyncRun;
  event: PlacedEvent;
}

export interface FoundRefresh extends RunPlace {
  run: RosterRun;
  refresh: null;
}

export function pathOfRun(run: Types.ObjectId): string {
  return `/importer/runs/${run.toHexString()}`;
}

export function pathOfRefresh(run: Types.ObjectId): string {
  return `/importer/refreshes/${run.toHexString()}`;
}

/** A run of an event that the actor runs; null for anybody else's. */
export async function findRun(actor: Actor, id: Types.ObjectId): Promise<FoundRun | null> {
  const run = await SyncRun.findOne({ _id: id, account: actor.account }).lean();
  if (!run || !mayRunEvent(actor, run.event)) return null;
  const {
    events: [event],
    refreshes: [refresh = null],
  } = await findTogether({
    events: documentsOf(Event, { _id: run.event, account: actor.account }),
    refreshes: documentsOf(RosterRun, { _id: { $in: run.refresh ? [run.refresh] : [] } }),
  });
  if (!event || event.status === 'deleted') return null;
  return {
    run,
    timeZone: actor.timeZone,
    locale: actor.locale,
    event: placed(event, actor),
    refresh,
    wholeAccount: mayReadAll(actor),
    title: `${TITLE_WORDS[run.trigger]} of ${event.name}`,
    home: pathOfRun(run._id),
    back: { label: `Sync of ${event.name}`, href: `/events/${event._id.toHexString()}/sync` },
  };
}

/** A run of the account's roster, for its administrators. */
export async function findRefresh(actor: Actor, id: Types.ObjectId): Promise<FoundRefresh | null> {
  const run = mayRunAll(actor) && (await RosterRun.findOne({ _id: id, account: actor.account }).lean());
  if (!run) return null;
  return {
    run,
    timeZone: actor.timeZone,
    locale: actor.locale,
    refresh: null,
    wholeAccount: true,
    title: `${REFRESH_WORDS[run.purpose]} of the roster`,
    home: pathOfRefresh(run._id),
    back: { label: 'Importer', href: '/importer' },
  };
}

/** The run's own id and that of its download. */
export function runsOf({ run, refresh }: Pick<RunPlace, 'run' | 'refresh'>): Types.ObjectId[] {
  return refresh ? [refresh._id, run._id] : [run._id];
}

/** The run's download, if the reader may read it. */
export function readableRefresh({ refresh, wholeAccount }: RunPlace): RosterRun | null {
  return wholeAccount ? refresh : null;
}

/** The runs whose log and changes the reader may read. */
export function readableRuns(place: RunPlace): Types.ObjectId[] {
  return runsOf({ run: place.run, refresh: readableRefresh(place) });
}

/** The name of the login that requested a run. */
export async function askerOf(run: Pick<Run, 'by'>): Promise<string> {
  const user = run.by ? await User.findById(run.by, { name: 1 }).lean() : null;
  return user?.name ?? '';
}

export interface LogQuery {
  kind: string;
  action: string;
}

/**
 * The filter for a run's log rows: its own and, for readers who may see them, those of its download. Kind and action must both be given, or
 * neither, so that an index is used.
 */
export function logFilter(found: RunPlace, { kind, action }: LogQuery): QueryFilter<SyncLog> {
  return { run: { $in: readableRuns(found) }, ...(kind && action ? { kind, action } : {}) };
}
