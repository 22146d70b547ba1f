import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import type { KindCounts } from '../../server/models/run.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { decideWithheldOfAccount, decideWithheldOfEvent } from '../../server/review/run/decide-withheld.js';
import { asApp } from '../support/scans.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';
import { NUMBERS } from '../support/roster/new-ids.js';
import { changeAtRandom, drawFrom } from '../support/roster/random-changes.js';
import { RandomNights } from '../support/roster/random-nights.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { sayResult } from '../support/say-run.js';
import { runs } from '../support/seed.js';

const NIGHTS = runs(18);
const ACCEPT = { verdict: 'accept' as const, by: new Types.ObjectId(), reason: 'looked' };
/** Kinds of which some may stay, because the account withholds what they are made of. */
const OF_EVENT: ReadonlySet<string> = new Set(['class', 'classStudents', 'classTeachers']);

describe('a preview shows what the next sync does', () => {
  let district: TestDistrict;
  let nights: RandomNights;

  before(async () => {
    district = await startDistrict({ students: 36 });
    nights = new RandomNights(district);
    await Account.updateOne({ _id: district.account }, { $set: { mapping: NUMBERS } });
    await district.sync();
    for (const item of (await bookable(district.event)).slice(0, 12))
      for (const student of item.synced.students.slice(0, 2)) await bookIn(item, student);
  });
  after(() => district.close());

  it(`over ${String(NIGHTS)} random nights with new ids, lists that are empty or not shared, lost and unknown terms, events on and off`, async () => {
    let withheldNights = 0;
    for (let night = 1; night <= NIGHTS; night += 1) withheldNights += (await passNight(night)) ? 1 : 0;
    assert.ok(withheldNights > 2 && withheldNights < NIGHTS - 2, `${String(withheldNights)} nights withhold`);
  });

  /** @returns whether the sync withholds something */
  async function passNight(night: number): Promise<boolean> {
    const draw = drawFrom(night);
    const done = [...changeAtRandom(district.sandbox, draw, 1 + draw(6)), ...(await nights.change(draw))];
    const when = `night ${String(night)}: ${done.join(', ')}`;
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal(preview.state, 'done', `${when}: ${sayResult(preview)}`);
    const [counts, rows, touched] = [
      await countsOf(preview),
      await rowsOf(preview),
      await touchedBy('planned'),
    ];
    const before = await takeSnapshot();

    const applied = await asApp(() => applyRun(district.deps, preview, preview._id));
    assert.ok(applied.ok);
    const apply = (await district.work(applied.run)) as SyncRun;
    assert.equal(apply.state, 'done', `${when}: ${sayResult(apply)}`);
    assert.deepEqual(
      withoutWithheld(await countsOf(apply)),
      withoutWithheld(counts),
      `${when}: counts of the apply`,
    );
    const afterApply = await wholeRoster();
    await restoreSnapshot(before);

    await RosterChange.deleteMany({ state: { $ne: 'withheld' } });
    const byEvents = draw(2) === 0 && nights.areToldByEvents;
    const sync = byEvents
      ? await district.start({ trigger: 'nightly', night: `night ${String(night)}` })
      : await district.sync();
    assert.equal(sync.state, 'done', `${when}: ${sayResult(sync)}`);
    const withholds = (await RosterChange.exists({ state: 'withheld' })) !== null;
    if (!withholds) {
      assert.deepEqual(await countsOf(sync), counts, `${when}: counts`);
      assert.deepEqual(await rowsOf(sync), rows, `${when}: changes`);
    } else {
      compareCounts(counts, await countsOf(sync), when);
      const kept = await takeSnapshot();
      const isOlder = await withholdsOlder(sync);
      const accepted = await acceptAll(when);
      if (!isOlder)
        assert.deepEqual(accepted, touched, `${when}: changes of the sync and of what it withheld`);
      if (!isOlder)
        assert.deepEqual(await wholeRoster(), afterApply, `${when}: what is stored once it was accepted`);
      if (draw(2) === 0) await restoreSnapshot(kept);
    }
    if (!withholds) assert.deepEqual(await wholeRoster(), afterApply, `${when}: what is stored`);
    nights.share();
    return withholds;
  }

  type Counts = Record<string, Pick<KindCounts, 'added' | 'changed' | 'removed' | 'restored' | 'withheld'>>;

  /** For both parts: what was or would be done with each kind. */
  async function countsOf(run: SyncRun): Promise<Counts> {
    const all = { ...(await district.refreshOf(run)).counts, ...run.counts };
    return Object.fromEntries(
      Object.entries(all).flatMap(([kind, { added, changed, removed, restored, withheld = 0 }]) =>
        added + changed + removed + restored + withheld > 0 && kind !== 'duplicate'
          ? [[kind, { added, changed, removed, restored, withheld }] as const]
          : [],
      ),
    );
  }

  /** Which records are changed, come back and go, and in which fields. */
  async function rowsOf({ _id, refresh }: SyncRun): Promise<string[]> {
    const runs = refresh ? [refresh, _id] : [_id];
    const rows = await RosterChange.find({ run: { $in: runs }, action: { $ne: 'added' } }).lean();
    return rows
      .map(({ kind, action, target, fields }) =>
        [kind, action, String(target), ...fields.map(({ path }) => path).sort()].join(' '),
      )
      .sort();
  }

  /** Accepts whatever is withheld, and syncs once more. @returns what that and the sync before have changed */
  async function acceptAll(when: string): Promise<string[]> {
    const touched = await touchedBy('applied');
    for (let tries = 1; tries <= 6; tries += 1) {
      const row = await RosterChange.findOne({ state: 'withheld' }).sort({ event: 1 }).lean();
      if (!row) break;
      const decided = row.event
        ? await decideWithheldOfEvent(district.deps, await SyncRun.findById(row.run).orFail().lean(), ACCEPT)
        : await decideWithheldOfAccount(
            district.deps,
            await RosterRun.findById(row.run).orFail().lean(),
            ACCEPT,
          );
      assert.ok(decided.ok, when);
      const run = await district.work(decided.run);
      assert.equal(run.state, 'done', `${when}: ${sayResult(run)}`);
      touched.push(...(await touchedBy('applied')));
    }
    await district.sync();
    touched.push(...(await touchedBy('applied')));
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0, when);
    return [...new Set(touched)].sort();
  }
});

/** Whether something waits that this sync did not find, because its lists did not cover it. */
async function withholdsOlder({ _id, refresh }: SyncRun): Promise<boolean> {
  return (
    (await RosterChange.exists({ state: 'withheld', run: { $nin: refresh ? [_id, refresh] : [_id] } })) !==
    null
  );
}

/** Records that were or would be changed, except appointments and holders of slots, which may leave and come back meanwhile. */
async function touchedBy(state: 'planned' | 'applied'): Promise<string[]> {
  const rows = await RosterChange.find({ state, action: { $ne: 'added' } }, { kind: 1, target: 1 }).lean();
  const touched = rows
    .filter(({ kind }) => !['appointment', 'resource', 'duplicate'].includes(kind))
    .map(({ kind, target }) => `${kind.replace(/(Students|Teachers)$/, '')} ${String(target)}`);
  return [...new Set(touched)].sort();
}

function withoutWithheld(counts: Record<string, object>): Record<string, object> {
  return Object.fromEntries(Object.entries(counts).map(([kind, count]) => [kind, { ...count, withheld: 0 }]));
}

type Counted = Record<string, Pick<KindCounts, 'added' | 'changed' | 'removed' | 'restored' | 'withheld'>>;

/**
 * For a night that withholds something: everything that would go has gone or waits, nothing else waits, and all else is as the preview
 * said.
 */
function compareCounts(previewed: Counted, synced: Counted, when: string): void {
  const none = { added: 0, changed: 0, removed: 0, restored: 0, withheld: 0 };
  for (const kind of new Set([...Object.keys(previewed), ...Object.keys(synced)])) {
    const [would, did] = [previewed[kind] ?? none, synced[kind] ?? none];
    const what = `${when}: ${kind} ${JSON.stringify([would, did])}`;
    // People who stay in classes may get appointments and slots back that would otherwise not come back.
    if (kind === 'appointment' || kind === 'resource') continue;
    assert.deepEqual([did.added, did.restored], [would.added, would.restored], what);
    assert.ok(did.changed <= would.changed, what);
    if (OF_EVENT.has(kind)) assert.ok(did.removed + did.withheld <= would.removed, what);
    else assert.equal(did.removed + did.withheld, would.removed, what);
  }
}
