import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import type { KindCounts } from '../../server/models/run.js';
import { Slot } from '../../server/models/slot.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { planUndo, type UndoPart } from '../../server/review/undo/queries.js';
import { asApp } from '../support/scans.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { makeEvent, startSyncedDistrict, termsOf, type TestDistrict } from '../support/roster/district.js';
import { changeAtRandom, drawFrom } from '../support/roster/random-changes.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';
import { sayResult } from '../support/say-run.js';
import { runs } from '../support/seed.js';

type Sums = Record<string, Record<'removed' | 'changed' | 'restored' | 'refused', number>>;

describe('the forecast of an undo', () => {
  let district: TestDistrict;
  let base: Snapshot;

  before(async () => {
    district = await startSyncedDistrict({ students: 60 });
    for (const item of (await bookable(district.event)).slice(0, 12))
      for (const student of item.synced.students.slice(0, 2)) await bookIn(item, student);
    base = await takeSnapshot();
  });
  after(() => district.close());

  /** What the pages promise is what happens, kind by kind. */
  async function holds(run: SyncRun, when: string): Promise<void> {
    const found = await SyncRun.findById(run._id).orFail().lean();
    const plan = await asApp(() => planUndo({ run: found } as never, true));
    if (!plan) return;
    const asked = { by: new Types.ObjectId(), reason: '', whole: true, stopNightly: false };
    const started = await undoRun(district.deps, found, asked);
    assert.ok(started.ok);
    const undone = (await district.work(started.run)) as SyncRun;
    assert.equal(undone.state, 'done', sayResult(undone));
    if (plan.event) assert.deepEqual(sumsOf(undone.counts), promised(plan.event), `${when}: the event`);
    const [roster, ...others] = plan.account;
    if (roster)
      assert.deepEqual(
        sumsOf((await district.refreshOf(undone)).counts),
        promised(roster),
        `${when}: the roster`,
      );
    for (const part of others) {
      const other = await SyncRun.findOne({ purpose: 'undo', event: { $ne: run.event } })
        .orFail()
        .lean();
      const run2 = (await district.work(other._id)) as SyncRun;
      assert.deepEqual(sumsOf(run2.counts), promised(part), `${when}: another event`);
    }
  }

  it('of a first import leaves out people whom somebody has used since', async () => {
    await restoreSnapshot(base);
    const run = await SyncRun.findOne({ event: district.event }).orFail().lean();
    const [student] = await Contact.find({ type: 'student', status: 'active' }).limit(1).lean();
    await Household.collection.insertOne({
      account: district.account,
      adults: [],
      children: [{ student: student?._id }],
    });
    const { _id: resource } = await Resource.findOne({ status: 'active' }).orFail().lean();
    await Slot.collection.insertOne({ account: district.account, resource });
    await holds(run, 'first import');
    assert.equal((await Contact.findById(student?._id).lean())?.status, 'active');
  });

  it('counts what happens, over random nights and what people did after them', async () => {
    for (let night = 1; night <= runs(12); night += 1) {
      await restoreSnapshot(base);
      const draw = drawFrom(night);
      const done = changeAtRandom(district.sandbox, draw, 6);
      const run = await district.sync();
      assert.equal(run.state, 'done', sayResult(run));
      await actAtRandom(draw);
      await holds(run, `night ${String(night)}: ${done.join(', ')}`);
    }
  });

  it('of a download that two events share includes the other event', async () => {
    await restoreSnapshot(base);
    const { account, schools, sandbox } = district;
    const second = await makeEvent(account, { schools, terms: termsOf(sandbox), noTerm: true }, 'Spring');
    changeAtRandom(sandbox, drawFrom(), 8);
    const night = { trigger: 'nightly' as const, night: '2026-11-30' };
    const run = await district.start(night);
    await district.start(night, second);
    const found = await SyncRun.findById(run._id).orFail().lean();
    const plan = await asApp(() => planUndo({ run: found } as never, true));
    assert.deepEqual(plan?.others, ['Spring']);
    await holds(found, 'shared');
  });
});

function promised({ rows }: UndoPart): Sums {
  return Object.fromEntries(
    rows.map(({ kind, removed, changed, restored, left }) => [
      kind,
      { removed, changed, restored, refused: left },
    ]),
  );
}

function sumsOf(counts: Record<string, KindCounts>): Sums {
  return Object.fromEntries(
    Object.entries(counts).flatMap(([kind, { removed, changed, restored, refused }]) =>
      removed + changed + restored + refused > 0
        ? [[kind, { removed, changed, restored, refused }] as const]
        : [],
    ),
  );
}

/** Classes renamed, hidden and deleted, people and appointments changed. */
async function actAtRandom(draw: (bound: number) => number): Promise<void> {
  const classes = await Class.find().sort({ _id: 1 }).lean();
  const pick = () => classes[draw(classes.length)]?._id;
  await Class.updateOne({ _id: pick() }, { $set: { 'edits.name': 'Mine' } });
  await Class.updateOne({ _id: pick() }, { $set: { 'edits.type': 'Hide' } });
  await Class.updateOne({ _id: pick() }, { $set: { status: 'deleted' } });
  await Class.updateOne({ _id: pick() }, { $set: { 'synced.students': [] } });
  const booked = await Appointment.find().sort({ _id: 1 }).lean();
  await Appointment.updateOne({ _id: booked[draw(booked.length)]?._id }, { $set: { state: 'cancelled' } });
  await Appointment.updateMany(
    { state: 'problem', _id: booked[draw(booked.length)]?._id },
    { $set: { state: 'booked' }, $unset: { problem: 1 } },
  );
  const people = await Contact.find({ status: 'active' }).sort({ _id: 1 }).lean();
  await Contact.updateOne({ _id: people[draw(people.length)]?._id }, { $set: { lastName: 'Mine' } });
}
