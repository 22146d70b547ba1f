import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { bookIn } from '../support/roster/appointments.js';
import { live } from '../support/roster/crash.js';
import { takeOver } from '../support/roster/take-over.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { WithheldPeople } from '../support/roster/withheld-people.js';

const by = new Types.ObjectId();

describe('people whose removal is withheld', () => {
  let people: WithheldPeople;
  beforeEach(() => {
    people = new WithheldPeople();
    return people.begin();
  });
  afterEach(() => people.district.close());

  /** Everything but the mirror, which follows the source, and the marks that somebody wants people to stay. */
  const ours = async () =>
    (await wholeRoster())
      .filter(({ text }) => !text.includes('"section"'))
      .map(({ text }) => text.replace(/^(\["active","contact",\[.*?),(true|false)\]/, '$1]'));
  /** An appointment of one of the students who leave. */
  const book = async () => {
    const { _id } = await Contact.findOne({ 'record.id': people.student(0) })
      .orFail()
      .lean();
    const item = await Class.findOne({ 'synced.students': _id, 'synced.teachers.0': { $exists: true } })
      .orFail()
      .lean();
    const id = await bookIn(item, _id);
    return async () => {
      const { state, problem } = await Appointment.findById(id).orFail().lean();
      return [state, problem];
    };
  };
  const classesOf = async (ids: Types.ObjectId[]) =>
    Class.countDocuments({ 'synced.students': { $in: ids }, status: 'active' });
  const leavers = () =>
    Contact.distinct('_id', {
      'record.id': { $in: Array.from({ length: 40 }, (_, n) => people.student(n)) },
    });
  const tied = () => {
    const ids = Array.from({ length: 40 }, (_, n) => people.student(n));
    return Contact.countDocuments({ 'relations.student': { $in: ids }, status: 'active' });
  };

  it('stay with classes, guardians and appointments, night after night, while other changes come in', async () => {
    const booking = await book();
    const before = await ours();
    people.leave();
    const first = await people.sync();
    assert.deepEqual(await ours(), before);
    assert.deepEqual(await booking(), ['booked', undefined]);
    assert.equal(first.counts.class?.changed ?? 0, 0);
    people.district.sandbox.change(people.district.sandbox.idOf('section', 0), { name: 'Renamed' });
    const second = await people.sync();
    assert.deepEqual([second.counts.class?.changed, second.counts.appointment?.changed ?? 0], [1, 0]);
    const { counts } = await people.district.refreshOf(second);
    assert.deepEqual([counts.guardian?.changed ?? 0, counts.student?.withheld], [0, 40]);
    const renamed = await Class.findOne({ 'synced.name': 'Renamed' }).orFail().lean();
    assert.ok(renamed.synced.students.length > 0);
    assert.deepEqual(await booking(), ['booked', undefined]);
  });

  it('lose nothing when they come back', async () => {
    const before = await wholeRoster();
    people.leave();
    await people.sync();
    people.back();
    const run = await people.sync();
    assert.deepEqual(await wholeRoster(), before);
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    assert.equal(run.counts.class?.changed ?? 0, 0);
  });

  it('leave the classes when their removal is accepted, also in an event that syncs by hand; undo restores both', async () => {
    const booking = await book();
    people.leave();
    const before = (await people.sync(), await wholeRoster());
    const ids = await leavers();
    const followed = await people.decide(await lastRun(), 'accept');
    assert.ok(followed);
    assert.equal(followed.state, 'done', sayResult(followed));
    assert.match(sayResult(followed), /1 appointment needs a look/);
    assert.equal(await classesOf(ids), 0);
    assert.deepEqual(await booking(), ['problem', { code: 'not together' }]);
    const undone = await undoRun(people.district.deps, followed, {
      by,
      reason: '',
      whole: true,
      stopNightly: false,
    });
    assert.ok(undone.ok);
    assert.equal((await people.district.work(undone.run)).state, 'done');
    assert.deepEqual(await wholeRoster(), before);
    assert.deepEqual(await booking(), ['booked', undefined]);
    await people.sync();
    assert.deepEqual(await wholeRoster(), before, 'withheld anew');
    await people.decide(await lastRun(), 'accept');
    await people.sync();
    assert.equal(await tied(), 0, 'the night after, nobody is tied to them any more');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
  });

  it('keep their classes for good when their removal is rejected, with full downloads and by events, until they are back', async () => {
    const booking = await book();
    const before = await ours();
    people.leave();
    await people.sync();
    await people.decide(await lastRun(), 'reject');
    for (const how of ['full', 'events']) {
      const run = await people.district.start({ trigger: 'nightly', night: how });
      assert.equal((await people.district.refreshOf(run)).how, how);
      assert.deepEqual(await ours(), before);
    }
    assert.deepEqual(await booking(), ['booked', undefined]);
    people.back();
    await people.sync();
    assert.deepEqual(await ours(), before);
    assert.equal(await Contact.countDocuments({ 'record.kept': { $exists: true } }), 0);
    // From then on they are like anybody else.
    people.district.sandbox.removeStudent(people.student(0));
    await people.sync();
    assert.deepEqual(await booking(), ['problem', { code: 'not together' }]);
  });

  it('are treated alike in a preview and a run, also if the next download does not cover them', async () => {
    people.leave();
    await people.sync();
    const before = await wholeRoster();
    people.district.sandbox.misbehave({
      match: /role=student.*starting_after/,
      kind: '413',
      times: 99,
    });
    const preview = await people.district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal(preview.counts.class?.changed ?? 0, 0);
    const real = await people.sync();
    assert.deepEqual(preview.counts, real.counts);
    assert.deepEqual(await wholeRoster(), before);
    assert.equal(await RosterChange.countDocuments({ state: 'withheld', kind: 'student' }), 40);
  });

  it('stay when a worker that withheld them again dies and the next one finds the list broken off', async () => {
    people.leave();
    await people.sync();
    const before = await ours();
    const { writes } = await live(() => people.sync());
    // The refresh has done everything but has not yet reported it.
    let dieAt = writes.lastIndexOf('rosterRun.updateOne') + 1;
    const killRun = async () => {
      const { killed } = await live(() => people.sync(), { dieAt });
      assert.ok(killed, writes.join());
      return (await people.district.refreshOf(await lastRun())).state;
    };
    // Heartbeats are written by the clock: with fewer of them, it has reported by then.
    for (; (await killRun()) === 'done'; dieAt -= 1) await takeOver(people.district);
    people.district.sandbox.misbehave({
      match: /role=student.*starting_after/,
      kind: '413',
      times: 99,
    });
    await takeOver(people.district);
    const refresh = await people.district.refreshOf(await lastRun());
    assert.match(sayRemarks(refresh).join(), /list of students was cut short/);
    assert.deepEqual(await ours(), before);
    assert.equal(await RosterChange.countDocuments({ state: 'withheld', kind: 'student' }), 40);
  });

  it('leave when a preview is applied, their classes too, and wait no longer', async () => {
    people.leave();
    await people.sync();
    const ids = await leavers();
    people.back();
    people.district.sandbox.remove(people.student(100));
    people.leave();
    people.district.sandbox.restore(people.student(39));
    const preview = await people.district.start({ trigger: 'preview', purpose: 'preview' });
    const applied = await applyRun(people.district.deps, preview, by);
    assert.ok(applied.ok);
    const run = await people.district.work(applied.run);
    assert.equal(run.state, 'done', sayResult(run));
    const away = await Contact.distinct('_id', { _id: { $in: ids }, status: 'transferred' });
    assert.equal(away.length, 39);
    assert.equal(await classesOf(away), 0);
    assert.equal(await RosterChange.countDocuments({ state: 'withheld', kind: 'student' }), 0);
    const state = await wholeRoster();
    await people.sync();
    assert.deepEqual(await wholeRoster(), state, 'what was applied is what a sync makes');
  });

  const lastRun = () =>
    SyncRun.findOne({ event: people.district.event }).sort({ createdAt: -1 }).orFail().lean();
});
