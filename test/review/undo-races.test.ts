import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../../server/models/appointment.js';
import { Claim } from '../../server/models/claim.js';
import { Class, classKeys } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Course } from '../../server/models/course.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Section } from '../../server/models/section.js';
import { Slot } from '../../server/models/slot.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { Term } from '../../server/models/term.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { readLog } from '../../server/review/journal/read-log.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { asApp } from '../support/scans.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { live } from '../support/roster/crash.js';
import { runNow, startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { restoreSnapshot, takeSnapshot, type Snapshot } from '../support/snapshot.js';
import { sayResult } from '../support/say-run.js';

const by = new Types.ObjectId();
const MINE = 'Third name';

/** The changes of a night in every collection, and the documents they affect. */
interface Night {
  appointment: Types.ObjectId;
  /** A class that the night renames, one whose people it changes, and one that it adds. */
  renamed: Types.ObjectId;
  changed: Types.ObjectId;
  /** One document of each other kind. */
  targets: Map<string, Types.ObjectId>;
}

describe('people at work while a run is undone or a preview applied', () => {
  let district: TestDistrict;
  let base: Snapshot;
  let night: Night;

  before(async () => {
    district = await startSyncedDistrict({ students: 60 });
    night = await prepare(district);
    base = await takeSnapshot();
    changeAll(district);
  });
  after(() => district.close());

  it('are never overwritten by an undo, whenever they act, and what they changed first is listed', async () => {
    const run = await district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    const added = await readAdded(run);
    night.targets = await findTargets();
    assert.equal(night.targets.size, 6);
    const synced = await takeSnapshot();
    await eachMoment(synced, async (nth) => {
      const asked = { by, reason: '', whole: true, stopNightly: false };
      const started = await asApp(() => undoRun(district.deps, run, asked));
      assert.ok(started.ok);
      const refresh = (await SyncRun.findById(started.run).orFail().lean()).refresh;
      const race = { came: false };
      const lived = await live(() => runNow(district.deps, started.run), {
        beforeWrite: async (n) => {
          if (n !== nth) return;
          race.came = true;
          await interfere(night);
          await useAdded(added);
        },
      });
      if (!race.came) return lived.writes.length;
      await isKept(night, `undo, before write ${String(nth)}`);
      await addedStay(added, `undo, before write ${String(nth)}`);
      await isListed([started.run, refresh], [run._id, run.refresh]);
      return lived.writes.length;
    });
  });

  it('are never overwritten by an applied preview, whenever they act', async () => {
    await restoreSnapshot(base);
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    night.targets = await findTargets();
    const previewed = await takeSnapshot();
    await eachMoment(previewed, async (nth) => {
      const started = await asApp(() => applyRun(district.deps, preview, by));
      assert.ok(started.ok);
      const race = { came: false };
      const lived = await live(() => runNow(district.deps, started.run), {
        beforeWrite: async (n) => {
          if (n !== nth) return;
          race.came = true;
          await interfere(night);
        },
      });
      if (!race.came) return lived.writes.length;
      const { state, refresh } = await SyncRun.findById(started.run).orFail().lean();
      await isKept(night, `apply, before write ${String(nth)}`);
      if (state === 'done') await isListed([started.run, refresh], [preview._id, preview.refresh]);
      return lived.writes.length;
    });
  });

  /** Once for each write of the work, always from the same state. */
  async function eachMoment(from: Snapshot, work: (nth: number) => Promise<number>): Promise<void> {
    await restoreSnapshot(from);
    const writes = await work(0);
    assert.ok(writes > 10 && writes < 200, String(writes));
    for (let nth = 1; nth <= writes; nth += 1) {
      await restoreSnapshot(from);
      await work(nth);
    }
  }
});

/** Somebody with an appointment is removed from the class by the night; with the appointment's claims. */
async function prepare({ event }: TestDistrict): Promise<Night> {
  const [booked, renamed] = await bookable(event);
  assert.ok(booked && renamed && booked.synced.students[0]);
  const appointment = await bookIn(booked, booked.synced.students[0]);
  await Claim.create({ _id: `slot:${String(appointment)}:0`, account: booked.account, event, appointment });
  return { appointment, renamed: renamed._id, changed: booked._id, targets: new Map() };
}

function changeAll({ sandbox }: TestDistrict): void {
  sandbox.advanceNight();
  for (const kind of ['student', 'teacher', 'contact'] as const)
    for (let n = 0; n < 4; n += 1)
      if (sandbox.read(sandbox.idOf(kind, n)))
        sandbox.change(sandbox.idOf(kind, n), { name: { first: 'New', last: `Name ${String(n)}` } });
  for (const kind of ['section', 'term', 'course'] as const)
    for (let n = 0; n < 30; n += 1)
      if (sandbox.read(sandbox.idOf(kind, n)))
        sandbox.change(sandbox.idOf(kind, n), { name: `N ${String(n)}` });
  // Everybody leaves the classes in which somebody has an appointment.
  for (let n = 0; n < 12; n += 1) {
    const section = sandbox.read(sandbox.idOf('section', n));
    if (section)
      sandbox.change(sandbox.idOf('section', n), { students: (section.students as string[]).slice(1) });
  }
}

/** One document of each kind that the night added. */
interface Added {
  class?: Types.ObjectId | undefined;
  student?: Types.ObjectId | undefined;
  resource?: Types.ObjectId | undefined;
}

async function readAdded(run: SyncRun): Promise<Added> {
  const mine = { addedBy: run._id, status: 'active' as const };
  return {
    class: (await Class.findOne(mine).lean())?._id,
    resource: (await Resource.findOne(mine).lean())?._id,
    student: (
      await Contact.findOne({ 'record.addedBy': run.refresh, type: 'student', status: 'active' }).lean()
    )?._id,
  };
}

async function useAdded(added: Added): Promise<void> {
  const account = (await Event.findOne().orFail().lean()).account;
  if (added.class)
    await Class.collection.updateOne(
      { _id: added.class, status: 'active' },
      { $set: { edits: { room: '7' } } },
    );
  if (added.student && (await Contact.exists({ _id: added.student, status: 'active' })))
    await Household.collection.insertOne({
      _id: added.student,
      account,
      adults: [],
      children: [{ student: added.student }],
    });
  if (added.resource && (await Resource.exists({ _id: added.resource, status: 'active' })))
    await Slot.collection.insertOne({ _id: added.resource, account, resource: added.resource });
}

async function addedStay(added: Added, when: string): Promise<void> {
  const item = added.class && (await Class.findById(added.class).lean());
  if (item?.edits.room) assert.equal(item.status, 'active', `${when}: the class that somebody edited`);
  if (added.student && (await Household.exists({ 'children.student': added.student })))
    assert.equal((await Contact.findById(added.student).lean())?.status, 'active', `${when}: the child`);
  if (added.resource && (await Slot.exists({ resource: added.resource })))
    assert.equal((await Resource.findById(added.resource).lean())?.status, 'active', `${when}: with slots`);
}

/** A parent cancels, the office renames, and another sync renames, all at the same moment. */
async function interfere({ appointment, renamed, changed, targets }: Night): Promise<void> {
  await Appointment.collection.updateOne(
    { _id: appointment },
    { $set: { state: 'cancelled', cancelledBy: 'household' } },
  );
  await Claim.collection.deleteMany({ appointment });
  const item = (await Class.collection.findOne({ _id: renamed })) as unknown as Class;
  const keys = classKeys({ synced: item.synced, edits: { name: MINE } });
  await Class.collection.updateOne({ _id: renamed }, { $set: { 'edits.name': MINE, ...keys } });
  await Class.collection.updateOne(
    { _id: changed },
    { $set: { 'synced.name': MINE, 'synced.students': [] } },
  );
  for (const [kind, target] of targets) {
    const { collection } = MODELS[kind] ?? Contact;
    const path = collection.name === 'contact' ? 'lastName' : 'name';
    await collection.updateOne({ _id: target }, { $set: { [path]: MINE } });
  }
}

const MODELS: Record<string, typeof Section> = {
  student: Contact as never,
  teacher: Contact as never,
  section: Section,
  term: Term as never,
  course: Course as never,
  resource: Resource as never,
};

/** One document of each kind that the run changed. */
async function findTargets(): Promise<Map<string, Types.ObjectId>> {
  const rows = await Promise.all(
    Object.keys(MODELS).map((kind) =>
      RosterChange.findOne({ kind, action: 'changed' }).sort({ _id: 1 }).lean(),
    ),
  );
  return new Map(rows.flatMap((row) => (row ? [[row.kind, row.target] as const] : [])));
}

async function isKept({ appointment, renamed, changed, targets }: Night, when: string): Promise<void> {
  assert.equal((await Appointment.findById(appointment).lean())?.state, 'cancelled', when);
  for (const { _id } of await Appointment.find({ state: { $in: LIVING_STATES } }).lean())
    assert.ok(await Claim.exists({ appointment: _id }), when);
  const item = await Class.findById(renamed).orFail().lean();
  assert.equal(item.edits.name, MINE, when);
  assert.deepEqual({ searchKey: item.searchKey, sortKey: item.sortKey }, classKeys(item), when);
  const other = await Class.findById(changed).orFail().lean();
  assert.deepEqual([other.synced.name, other.synced.students], [MINE, []], when);
  for (const [kind, target] of targets) {
    const found = await MODELS[kind]?.findById(target).lean<{ name?: string; lastName?: string }>();
    assert.equal(found?.lastName ?? found?.name, MINE, `${when}: ${kind}`);
  }
}

/** What could not be done is counted, logged, and marked among the changes. */
async function isListed(
  [run, refresh]: [Types.ObjectId, Types.ObjectId | undefined],
  notes: (Types.ObjectId | undefined)[],
): Promise<void> {
  const runs = notes.flatMap((id) => id ?? []);
  const stale = await RosterChange.find({ run: { $in: runs }, state: 'stale' }).lean();
  const found = [await SyncRun.findById(run).lean(), await RosterRun.findById(refresh).lean()];
  const log = await readLog(
    { run: { $in: refresh ? [run, refresh] : [run] }, action: 'refused' },
    { limit: 1000 },
  );
  const refused = found.flatMap((one) => Object.values(one?.counts ?? {})).map((counts) => counts.refused);
  assert.equal(
    refused.reduce((sum, count) => sum + count, 0),
    log.length,
  );
  for (const { kind, sourceId } of stale)
    assert.ok(
      log.some(
        (line) => line.kind === kind && line.sourceId === sourceId && line.note?.code === 'changed since',
      ),
      `${kind} ${sourceId} is not listed`,
    );
}
