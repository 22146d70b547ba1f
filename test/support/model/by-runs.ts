import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { Account } from '../../../server/models/account.js';
import { Event } from '../../../server/models/event.js';
import { RosterChange } from '../../../server/models/roster-change.js';
import { RosterRun } from '../../../server/models/roster-run.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import { applyRun } from '../../../server/review/run/apply-run.js';
import {
  decideWithheldOfAccount,
  decideWithheldOfEvent,
} from '../../../server/review/run/decide-withheld.js';
import { startSync } from '../../../server/sync/runs/start-sync.js';
import { resumeSync, stopSync } from '../../../server/sync/runs/stop-sync.js';
import { findUndoable, undoRun } from '../../../server/review/run/undo-run.js';
import { live } from '../roster/crash.js';
import { runNow } from '../roster/district.js';
import { takeOver } from '../roster/take-over.js';
import { wholeRoster } from '../roster/whole-roster.js';
import { readStored } from './stored.js';
import { readTruth } from './truth.js';
import type { World } from './world.js';
import { sayResult } from '../say-run.js';

type Act = (world: World, n: number, m: number) => Promise<void>;

async function ask({ district: { deps, account, event } }: World): Promise<Types.ObjectId> {
  const started = await startSync(deps, {
    account: await Account.findById(account).orFail().lean(),
    event: await Event.findById(event).orFail().lean(),
    trigger: 'sync now',
  });
  assert.ok(started.ok);
  return started.run;
}

/** Lets the model do what the finished run was meant to do. */
async function follow({ model, district }: World, id: Types.ObjectId, guard = true): Promise<void> {
  const run = await SyncRun.findById(id).orFail().lean();
  assert.equal(run.state, 'done', sayResult(run));
  model.journals.set(String(run.refresh), model.refresh(readTruth(district.sandbox), guard));
  model.journals.set(id.toHexString(), model.update(guard));
}

const sync: Act = async (world) => {
  const run = await ask(world);
  await runNow(world.district.deps, run);
  await follow(world, run);
};

const crash: Act = async (world, n, m) => {
  const run = await ask(world);
  await live(() => runNow(world.district.deps, run), { dieAt: 1 + (n % 90), half: m % 2 === 1 });
  await takeOver(world.district);
  await follow(world, run);
};

const previewAndApply: Act = async (world) => {
  const before = await wholeRoster();
  const preview = await world.district.start({ trigger: 'preview', purpose: 'preview' });
  assert.equal(preview.state, 'done', sayResult(preview));
  assert.deepEqual(await wholeRoster(), before, 'a preview changes nothing');
  const applied = await applyRun(world.district.deps, preview, world.by);
  assert.ok(applied.ok);
  await world.district.work(applied.run);
  await follow(world, applied.run, false);
};

const undo: Act = async (world, n) => {
  const run = await world.lastRun();
  const whole = n % 3 > 0;
  const can = await findUndoable(run);
  const asked = { by: world.by, reason: '', whole, stopNightly: false };
  const started = await undoRun(world.district.deps, run, asked);
  assert.equal(started.ok, can.event || (whole && can.account !== undefined));
  if (!started.ok) return;
  const undone = await world.district.work(started.run);
  assert.equal(undone.state, 'done', sayResult(undone));
  const journal = (id: unknown) => world.model.journals.get(String(id)) ?? [];
  world.model.undo('event', journal(run._id));
  if (whole && can.account) world.model.undo('account', journal(can.account));
};

/** A run that is stopped somewhere and then undone: as if it had never been. */
const stopAndUndo: Act = async (world, n) => {
  const { deps, account, event } = world.district;
  const before = await wholeRoster();
  const run = await ask(world);
  const at = 1 + (n % 90);
  await live(() => runNow(deps, run), {
    beforeWrite: async (nth) => {
      if (nth === at) await stopSync(deps, { account, events: [event], by: world.by });
    },
  });
  await resumeSync(deps, { account, event, by: world.by });
  const stopped = await SyncRun.findById(run).orFail().lean();
  if (stopped.state === 'done') return follow(world, run);
  assert.equal(stopped.state, 'stopped', sayResult(stopped));
  const asked = { by: world.by, reason: '', whole: true, stopNightly: false };
  const undone = await undoRun(deps, stopped, asked);
  if (undone.ok) assert.equal((await world.district.work(undone.run)).state, 'done');
  const here = (lines: typeof before) => lines.filter((line) => line.here);
  assert.deepEqual(here(await wholeRoster()), here(before), 'undo of a stopped run');
  // What the stopped run had brought in counts as gone from now on, and what it withheld is withheld.
  const stored = await readStored();
  for (const part of ['account', 'event'] as const) {
    for (const [key, facts] of stored[part])
      if (!world.model[part].has(key)) world.model[part].set(key, { ...facts, deleted: '' });
    world.model.withheld[part] = stored.withheld[part];
  }
};

const decide =
  (verdict: 'accept' | 'reject'): Act =>
  async (world) => {
    const { district, model, by } = world;
    const runs = await RosterChange.distinct('run', { state: 'withheld' });
    for (const id of runs) {
      const refresh = await RosterRun.findById(id).lean();
      const part = refresh ? 'account' : 'event';
      const keys = [...model.withheld[part]];
      const decision = { verdict, by, reason: '' };
      const decided = refresh
        ? await decideWithheldOfAccount(district.deps, refresh, decision)
        : await decideWithheldOfEvent(district.deps, await SyncRun.findById(id).orFail().lean(), decision);
      // The decision about the other part may have settled it: a new update replaces what the one before withheld.
      if (!decided.ok) continue;
      const run = await district.work(decided.run);
      assert.equal(run.state, 'done', sayResult(run));
      model.journals.set(decided.run.toHexString(), model.settle(part, keys, verdict));
      if (!refresh) continue;
      const followed = await SyncRun.findOne({ refresh: decided.run }).orFail().lean();
      assert.equal(followed.state, 'done', sayResult(followed));
      model.journals.set(followed._id.toHexString(), model.update(true));
    }
  };

/** The runs, as the app does them. */
export const BY_RUNS = {
  'a sync': sync,
  'a sync whose worker is killed': crash,
  'a preview that is applied': previewAndApply,
  'the last run is undone': undo,
  'a sync that is stopped and undone': stopAndUndo,
  'withheld removals are accepted': decide('accept'),
  'withheld removals are rejected': decide('reject'),
} satisfies Record<string, Act>;
