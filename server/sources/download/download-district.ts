import type { CleverClient } from '../../clever/client.js';
import { CleverError } from '../../clever/explain-failure.js';
import type { CleverFault } from '../../models/clever-fault.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import type { CleverUser } from '../../clever/schema.js';
import { IdSet, type Ids } from '../../runs/changes/id-set.js';
import { cleanId } from '../records/clean-text.js';
import { isPeopleList, LISTS, MAIN_LISTS, type ListName } from '../records/lists.js';
import { RunFailed } from '../../runs/engine/run-ends.js';
import type { Spool } from './spool.js';

/** The district lets Slotbell read none of its lists. */
export class NothingShared extends RunFailed {}

/** How the reading of one list ended. Only a complete list says anything about who is gone. */
export interface ListOutcome {
  ended: 'whole' | 'broken off' | 'not shared' | 'changes alone';
  read: number;
  /** How many people come by this list alone: somebody with two roles is seen in the other list even if this one is not shared. */
  own: number;
  /** Why it broke off. */
  fault?: CleverFault;
  /** How many of its rows do not say whom they are about: without an id, or with the id of another row. Absent if none. */
  unreadable?: number;
  /** Ids under which two different records stand: neither is taken. */
  clashing?: ReadonlySet<string>;
}

/**
 * Whether the list says who is here and who is not. An empty list may merely be unshared, and a row that does not say whom it is about may
 * be about anybody who is missing.
 */
export function tellsAll(outcome: ListOutcome | undefined): boolean {
  return outcome?.ended === 'whole' && outcome.own > 0 && !outcome.unreadable;
}

/** Whether none of the main lists has a record, though they were read. */
export function sharesNothing(download: Download): boolean {
  const asked = MAIN_LISTS.flatMap((name) => download[name] ?? []);
  return asked.every(({ ended, own }) => ended === 'not shared' || (ended === 'whole' && own === 0));
}

/** Whether the list can say of somebody that they left. */
export function tellsLeavers(outcome: ListOutcome | undefined): boolean {
  return tellsAll(outcome) || outcome?.ended === 'changes alone';
}

export type Download = Partial<Record<ListName, ListOutcome>>;

/**
 * Reads the lists into the spool. A list that breaks off or is not shared does not stop the others: additions and changes continue without
 * it.
 * @param people receives the ids of everybody listed
 * @throws CleverError if nothing can be read at all (access refused, or Clever away from the start); NothingShared if no main list is
 * shared, which tells of a token that may read nothing and not of the district
 */
export async function downloadDistrict(
  client: CleverClient,
  spool: Spool,
  names: readonly ListName[],
  run: ActiveRun,
  people: Pick<Ids, 'add' | 'has'>,
): Promise<Download> {
  const download: Download = {};
  for (const name of names) {
    const ids = isPeopleList(name) ? people : undefined;
    download[name] = await downloadList(client, spool, name, run, name === names[0], ids);
  }
  refuseUnreadable(download);
  return download;
}

/** A single list that is not shared is the district's choice. */
function refuseUnreadable(download: Download): void {
  const asked = MAIN_LISTS.filter((name) => download[name]);
  if (asked.length < 2 || asked.some((name) => download[name]?.ended !== 'not shared')) return;
  throw new NothingShared({ code: 'forbidden', kinds: asked.map((name) => LISTS[name].kind) });
}

async function downloadList(
  client: CleverClient,
  spool: Spool,
  name: ListName,
  run: ActiveRun,
  isFirst: boolean,
  ids: Pick<Ids, 'add'> | undefined,
): Promise<ListOutcome> {
  const { path, query, kind } = LISTS[name];
  let read = 0;
  let own = 0;
  let unreadable = 0;
  const met = new IdSet();
  const twice = new Set<string>();
  try {
    for await (const { objects, skipped } of client.pages(path, query, true)) {
      await spool.write(name, objects);
      for (const { id } of objects) {
        if (cleanId(id) === '') unreadable += 1;
        else if (!met.add(id)) twice.add(id);
        ids?.add(id);
      }
      unreadable += skipped;
      read += objects.length;
      own += query ? objects.filter(hasOneRole).length : objects.length;
      run.count(kind, 'read', objects.length + skipped);
      run.count(kind, 'refused', skipped);
      await run.step(objects.length);
    }
    const clashing = await findClashes(spool, name, twice);
    unreadable += clashing.size;
    run.count(kind, 'refused', clashing.size);
    return { ended: 'whole', read, own, ...(unreadable > 0 ? { unreadable, clashing } : {}) };
  } catch (error) {
    // The page was cut short because the run ends: that is the fault to report.
    run.signal.throwIfAborted();
    if (!(error instanceof CleverError)) throw error;
    if (error.kind === 'forbidden') return { ended: 'not shared', read, own };
    if (isFirst || error.kind === 'unauthorized' || error.kind === 'not-approved') throw error;
    return { ended: 'broken off', read, own, fault: error.fault };
  }
}

/** Ids under which different records stand. Identical records under one id are one record. */
async function findClashes(
  spool: Spool,
  name: ListName,
  twice: ReadonlySet<string>,
): Promise<ReadonlySet<string>> {
  if (twice.size === 0) return new Set();
  const said = new Map<string, Set<string>>();
  for await (const batch of spool.read<{ id: string; last_modified?: unknown }>(name))
    for (const { last_modified: _, ...object } of batch)
      if (twice.has(object.id))
        said.set(object.id, (said.get(object.id) ?? new Set()).add(JSON.stringify(object)));
  return new Set([...said].filter(([, { size }]) => size > 1).map(([id]) => id));
}

function hasOneRole(user: object): boolean {
  const { roles } = user as CleverUser;
  return Object.keys(roles ?? {}).length === 1;
}
