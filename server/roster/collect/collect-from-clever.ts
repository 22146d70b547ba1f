import { connectAccount } from '../../clever/connect-account.js';
import type { CleverClient } from '../../clever/client.js';
import { CleverError } from '../../clever/explain-failure.js';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { RosterRun, type FullWhy } from '../../models/roster-run.js';
import type { HeldRun } from '../../runs/engine/hold-run.js';
import { collectDelta } from './collect-delta.js';
import type { Delivery } from '../../sources/download/delivery.js';
import { findStart, fingerprintSetup, type Rules } from '../../sources/download/cursor.js';
import { downloadDistrict, tellsAll, type Download } from '../../sources/download/download-district.js';
import { IdSet } from '../../runs/changes/id-set.js';
import { listsFor, type ListName } from '../../sources/records/lists.js';
import { RefreshRefused } from '../../sources/download/refuse-refresh.js';
import type { Spool } from '../../sources/download/spool.js';
import { tellDistrict } from '../../sources/download/tell-district.js';

/**
 * Reads what the account's district shares: what its events tell since the last sync, or everything where that was asked for or the
 * events do not tell enough.
 * @param expected how many records the last whole download had; 0 when unknown
 * @throws RefreshRefused where there is no access or it may read nothing, CleverError where nothing can be had
 */
export async function collectFromClever(
  deps: Pick<Deps, 'config' | 'log'>,
  account: Account,
  run: HeldRun,
  spool: Spool,
  { full, expected, ...rules }: Rules & { full: boolean; expected: number },
): Promise<Delivery> {
  const connected = connectAccount(deps, account, {
    signal: run.signal,
    onWait: ({ ms }) => run.expectWait(ms),
  });
  if (!connected.ok || !account.clever)
    throw new RefreshRefused({ code: connected.ok ? 'no district' : connected.reason });
  const { client, districtId } = connected;
  const stale = await tellDistrict(client, run);
  const setup = fingerprintSetup(districtId, rules);
  const start = full
    ? { ok: false as const, why: { code: 'asked for' as const } }
    : await findStart(account._id, setup, run.now());
  let why: FullWhy | undefined = start.ok ? undefined : start.why;
  if (start.ok) {
    const scope = { account: account._id, ...rules };
    const delta = await collectDelta(client, scope, run, spool, { cursor: start.cursor, most: expected });
    if (delta.ok) {
      await tellHow(run, { how: 'events', events: delta.events });
      return { ...delta.delivery, stale };
    }
    ({ why } = delta);
  }
  await tellHow(run, { how: 'full', ...(why ? { why } : {}) });
  return { ...(await collectAll(client, rules, run, spool, setup)), stale };
}

/** For the run's page. */
async function tellHow(run: HeldRun, told: Pick<RosterRun, 'how' | 'why' | 'events'>): Promise<void> {
  await RosterRun.updateOne({ _id: run.id }, { $set: told });
}

async function collectAll(
  client: CleverClient,
  rules: Rules,
  run: HeldRun,
  spool: Spool,
  setup: string,
): Promise<Delivery> {
  // Noted before the lists are read: what changes meanwhile is told again, rather than never.
  const event = run.preview ? null : await findNewestEvent(client, run);
  const people = new IdSet();
  const download = await downloadDistrict(client, spool, listsFor(rules.kinds), run, people);
  const whole = Object.values(download).every(
    ({ ended, unreadable }) => ended !== 'broken off' && !unreadable,
  );
  const at = run.now();
  const cursor =
    event !== null && whole ? { event, at, fullAt: at, setup, silent: silentIn(download) } : null;
  const leftOut = new Set(Object.values(download).flatMap(({ clashing = [] }) => [...clashing]));
  const read: Delivery['read'] = (list) => readWithout(spool, list, leftOut);
  return { download, people, leftOut, source: 'clever', read, ...(cursor ? { cursor } : {}) };
}

/** A list without the records that share an id with another one: which of them is meant nobody knows. */
async function* readWithout<T>(
  spool: Spool,
  list: ListName,
  leftOut: ReadonlySet<string>,
): AsyncGenerator<T[], void, undefined> {
  for await (const batch of spool.read<T>(list))
    yield leftOut.size > 0 ? batch.filter((object) => !leftOut.has((object as { id: string }).id)) : batch;
}

function silentIn(download: Download): string[] {
  return (Object.keys(download) as ListName[]).filter((list) => !tellsAll(download[list]));
}

/** Null where the district has no events. Whatever keeps us from them does not keep us from the rest. */
async function findNewestEvent(client: CleverClient, run: HeldRun): Promise<string | null> {
  try {
    return await client.newestEventId();
  } catch (error) {
    run.signal.throwIfAborted();
    if (error instanceof CleverError && error.kind !== 'unauthorized' && error.kind !== 'not-approved')
      return null;
    throw error;
  }
}
