import { connectAccount } from '../../clever/connect-account.js';
import type { Deps } from '../../deps.js';
import type { Account } from '../../models/account.js';
import { RosterRun, type FullWhy } from '../../models/roster-run.js';
import type { ActiveRun } from '../../runs/engine/active-run.js';
import { collectDelta } from './collect-delta.js';
import type { Delivery } from '../../sources/download/delivery.js';
import { findStart, fingerprintSetup, type Rules } from '../../sources/download/cursor.js';
import { collectAll } from '../../sources/download/collect-all.js';
import { RunFailed } from '../../runs/engine/run-ends.js';
import type { Spool } from '../../sources/download/spool.js';
import { checkDistrict } from '../../sources/download/check-district.js';

/**
 * Reads what the account's district shares: the events since the last sync, or everything if that was requested or the events do not
 * suffice.
 * @param expected how many records the last whole download had; 0 if unknown
 * @throws RunFailed without access or if the access may read nothing, CleverError if nothing can be read at all
 */
export async function collectFromClever(
  deps: Pick<Deps, 'config' | 'log'>,
  account: Account,
  run: ActiveRun,
  spool: Spool,
  { full, expected, ...rules }: Rules & { full: boolean; expected: number },
): Promise<Delivery> {
  const connected = connectAccount(deps, account, {
    signal: run.signal,
    onWait: ({ ms }) => run.expectWait(ms),
  });
  if (!connected.ok || !account.clever)
    throw new RunFailed({ code: connected.ok ? 'no district' : connected.reason });
  const { client, districtId } = connected;
  const stale = await checkDistrict(client, run);
  const setup = fingerprintSetup(districtId, rules);
  const start = full
    ? { ok: false as const, why: { code: 'asked for' as const } }
    : await findStart(account._id, setup, run.now());
  let why: FullWhy | undefined = start.ok ? undefined : start.why;
  if (start.ok) {
    const scope = { account: account._id, ...rules };
    const delta = await collectDelta(client, scope, run, spool, { cursor: start.cursor, most: expected });
    if (delta.ok) {
      await noteHow(run, { how: 'events', events: delta.events });
      return { ...delta.delivery, stale };
    }
    ({ why } = delta);
  }
  await noteHow(run, { how: 'full', ...(why ? { why } : {}) });
  return { ...(await collectAll(client, rules, run, spool, setup)), stale };
}

/** Stores how the district was read, for the run's page. */
async function noteHow(run: ActiveRun, told: Pick<RosterRun, 'how' | 'why' | 'events'>): Promise<void> {
  await RosterRun.updateOne({ _id: run.id }, { $set: told });
}
