import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { RosterRun } from '../../../server/models/roster-run.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import { restoreSnapshot, type Snapshot } from '../snapshot.js';
import { live } from './crash.js';
import { runNow, untilSyncing, type TestDistrict } from './district.js';

/** What must not run while a sync does, such as a merge. */
export type Act = () => Promise<{ ok: true } | { ok: false; reason: string }>;

/**
 * Begins a sync just before writes of an act, always from the same state: the sync waits for the act's end, or the act is refused and
 * can be done after the sync. An act begins with the writes that keep others out and ends with those that let them in: these are all
 * tried, of the others every third.
 * @param stillOpen checks, after a refusal, that nothing was done; @param isDone checks the end
 */
export async function syncAtWrites(
  district: TestDistrict,
  base: Snapshot,
  act: Act,
  stillOpen: (when: string) => Promise<void>,
  isDone: (when: string) => Promise<void>,
): Promise<void> {
  const { writes } = await live(act);
  const isTried = (nth: number) => nth <= 5 || nth % 3 === 0 || nth > writes.length - 3;
  for (let nth = 1; nth <= writes.length; nth += 1) {
    if (!isTried(nth)) continue;
    await restoreSnapshot(base);
    const runs: { end?: Promise<SyncRun>; acted?: Awaited<ReturnType<Act>> } = {};
    await live(async () => (runs.acted = await act()), {
      beforeWrite: async (n) => {
        if (n !== nth) return;
        runs.end = district.sync();
        await untilSyncing();
      },
    });
    const when = `before write ${String(nth)}: ${String(writes[nth - 1])}`;
    const { acted } = runs;
    if (acted?.ok)
      assert.equal(await RosterRun.countDocuments({ state: 'running' }), 0, `${when}: it has begun`);
    else assert.equal(acted?.reason, 'sync is running', when);
    const run = await runs.end;
    assert.equal(run?.state, 'done', run?.result?.code);
    if (!acted.ok) {
      await stillOpen(when);
      assert.ok((await act()).ok, when);
    }
    await isDone(when);
  }
}

/**
 * Asks before each write of a sync for something that must not run meanwhile, and checks that the sync ends well.
 * @param ask called one at a time, while the sync is at work
 */
export async function askAtEachWrite(district: TestDistrict, ask: () => Promise<void>): Promise<void> {
  const run: Types.ObjectId = await district.ask({ trigger: 'sync now' });
  // The sync writes several batches at a time; with two people who ask at once, one would be told so.
  let asking: Promise<unknown> = Promise.resolve();
  const askNow = async () => {
    if (await SyncRun.exists({ _id: run, state: 'running' })) await ask();
  };
  await live(() => runNow(district.deps, run), {
    beforeWrite: async () => {
      asking = asking.then(askNow);
      await asking;
    },
  });
  assert.equal((await SyncRun.findById(run).orFail().lean()).state, 'done');
}
