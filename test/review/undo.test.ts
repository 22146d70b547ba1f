import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class, className } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { findUndoable, undoRun } from '../../server/review/run/undo-run.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { sayResult } from '../support/say-run.js';

const by = new Types.ObjectId();

describe('undo', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 150 });
  });
  afterEach(() => district.close());

  const undo = async (run: SyncRun, whole = true) => {
    const started = await undoRun(district.deps, run, {
      by,
      reason: 'wrong file',
      whole,
      stopNightly: true,
    });
    assert.ok(started.ok);
    return district.work(started.run);
  };

  it('restores exactly what was there and keeps later hides and renames', async () => {
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
    const [deleted, hidden] = await Class.find({ 'synced.type': 'Class' }).sort({ _id: 1 }).limit(2).lean();
    assert.ok(deleted && hidden);
    await Class.updateOne(
      { _id: deleted._id },
      { $set: { status: 'deleted', deletedAt: new Date(), 'edits.room': '7' } },
    );
    const before = await wholeRoster();
    const night = district.sandbox.advanceNight();
    const run = await district.sync();
    assert.notDeepEqual(await wholeRoster(), before);
    await Class.updateOne({ _id: hidden._id }, { $set: { 'edits.type': 'Hide' } });
    const undone = await undo(run);
    assert.equal(undone.state, 'done', sayResult(undone));
    await Class.updateOne({ _id: hidden._id }, { $unset: { 'edits.type': 1 } });
    const after = await wholeRoster();
    const arrived = new Set(night.arrived);
    // People added by the run are kept as transferred: nobody is ever deleted.
    assert.deepEqual(
      after.filter(({ here }) => here),
      before.filter(({ here }) => here),
    );
    assert.ok(after.filter(({ here }) => !here).length >= arrived.size);
    assert.deepEqual((await Class.findById(deleted._id).lean())?.edits, { room: '7' });
    assert.equal((await Event.findById(district.event).lean())?.sync?.on, false);
    assert.deepEqual(await findUndoable(await SyncRun.findById(run._id).orFail().lean()), {
      event: false,
      others: [],
    });
  });

  it('leaves what a person changed since, and lists it', async () => {
    const renamed = district.sandbox.idOf('section', 0);
    district.sandbox.change(renamed, { name: 'Renamed there' });
    const run = await district.sync();
    const section = await Section.findOne({ 'record.id': renamed }).orFail().lean();
    const item = await Class.findOne({ section: section._id }).orFail().lean();
    // Somebody edits the stored document, as a later sync would.
    await Class.updateOne({ _id: item._id }, { $set: { 'synced.name': 'Third name' } });
    const undone = await undo(run);
    assert.equal(undone.counts.class?.refused, 1);
    assert.equal(className(await Class.findById(item._id).orFail().lean()), 'Third name');
    assert.equal(await RosterChange.countDocuments({ run: run._id, kind: 'class', state: 'stale' }), 1);
  });

  it('of the event alone leaves the people', async () => {
    const night = district.sandbox.advanceNight();
    const classes = await Class.find({ status: 'active' }).sort({ _id: 1 }).lean();
    const run = await district.sync();
    const people = await Contact.find().sort({ _id: 1 }).lean();
    await undo(run, false);
    assert.deepEqual(await Contact.find().sort({ _id: 1 }).lean(), people);
    assert.equal((await Contact.findOne({ 'record.id': night.arrived[0] }).lean())?.status, 'active');
    assert.deepEqual(
      (await Class.find({ status: 'active' }).sort({ _id: 1 }).lean()).map(({ synced }) => synced.hash),
      classes.map(({ synced }) => synced.hash),
    );
  });

  it('is not offered for a run that another one came after', async () => {
    district.sandbox.advanceNight();
    const first = await district.sync();
    district.sandbox.advanceNight();
    await district.sync();
    const refused = await undoRun(district.deps, first, {
      by,
      reason: '',
      whole: true,
      stopNightly: false,
    });
    assert.deepEqual(refused, { ok: false, reason: 'not the last' });
  });

  it('asked for twice is done once, and leaves no part unfinished', async () => {
    district.sandbox.advanceNight();
    const run = await district.sync();
    const asked = { by, reason: '', whole: true, stopNightly: false };
    const [one, two] = await Promise.all([1, 2].map(() => undoRun(district.deps, run, asked)));
    assert.ok(one?.ok && two?.ok);
    assert.deepEqual(one.run, two.run);
    assert.equal((await district.work(one.run)).state, 'done');
    assert.deepEqual(
      (await RosterRun.find({ purpose: 'undo' }).lean()).map(({ state }) => state),
      ['done'],
    );
  });

  it('that had to wait for a sync undoes nothing once the sync has changed something', async () => {
    district.sandbox.advanceNight();
    const first = await district.sync();
    const asked = { by, reason: '', whole: true, stopNightly: false };
    const started = await undoRun(district.deps, first, asked);
    assert.ok(started.ok);
    district.sandbox.advanceNight();
    await district.sync();
    const before = await wholeRoster();
    const late = await district.work(started.run);
    assert.equal(late.state, 'failed');
    assert.match(sayResult(late), /Another run has changed something since/);
    assert.deepEqual(await wholeRoster(), before);
  });

  it('of a first import marks everything as gone, and the next one brings the same documents back', async () => {
    const run = await SyncRun.findOne().sort({ createdAt: 1 }).orFail().lean();
    const before = await wholeRoster();
    await undo(run);
    assert.equal(await Contact.countDocuments({ status: 'active' }), 0);
    assert.equal(await Resource.countDocuments({ status: 'active' }), 0);
    await district.sync();
    assert.deepEqual(await wholeRoster(), before);
    assert.equal(await RosterRun.countDocuments({ purpose: 'undo', state: 'done' }), 1);
  });
});
