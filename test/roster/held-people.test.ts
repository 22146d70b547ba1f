import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import type { CleverSection, CleverUser } from '../../server/clever/schema.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Resource } from '../../server/models/resource.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/roster/apply-run.js';
import { decideHeldOfAccount } from '../../server/roster/decide-held.js';
import { ROSTER_PROBLEM } from '../../server/roster/event-update/flag-appointments.js';
import { undoRun } from '../../server/roster/undo-run.js';
import { bookIn } from './appointments.js';
import { live } from './crash.js';
import { startDistrict, type TestDistrict } from './district.js';
import { takeOver } from './take-over.js';
import { wholeRoster } from './whole-roster.js';

const by = new Types.ObjectId();

describe('people whose removal is held', () => {
  let district: TestDistrict;
  beforeEach(async function () {
    this.timeout(60_000);
    district = await startDistrict({ students: 150 }, { CLEVER_PAGE_SIZE: '50' });
    await district.sync();
  });
  afterEach(() => district.close());

  const student = (index: number) => district.sandbox.idOf('student', index);
  const leave = () => {
    for (let index = 0; index < 40; index += 1) district.sandbox.removeStudent(student(index));
  };
  const back = () => {
    for (let index = 39; index >= 0; index -= 1) district.sandbox.restore(student(index));
  };
  const sync = async () => {
    const run = await district.sync();
    assert.equal(run.state, 'done', run.result);
    return run;
  };
  const decide = async (run: SyncRun, verdict: 'accept' | 'reject') => {
    const refresh = await district.refreshOf(run);
    const decided = await decideHeldOfAccount(district.deps, refresh, { verdict, by, reason: 'looked' });
    assert.ok(decided.ok);
    assert.equal((await district.work(decided.run)).state, 'done');
    return SyncRun.findOne({ refresh: decided.run }).lean();
  };
  /** All but the mirror, which goes by the source, and but the marks that somebody wants people to stay. */
  const ours = async () =>
    (await wholeRoster())
      .filter(({ text }) => !text.includes('"section"'))
      .map(({ text }) => text.replace(/^(\["active","contact",\[.*?),(true|false)\]/, '$1]'));
  /** An appointment of one of those who leave. */
  const book = async () => {
    const { _id } = await Contact.findOne({ 'record.id': student(0) })
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
    Contact.distinct('_id', { 'record.id': { $in: Array.from({ length: 40 }, (_, n) => student(n)) } });
  const tied = () => {
    const ids = Array.from({ length: 40 }, (_, n) => student(n));
    return Contact.countDocuments({ 'relations.student': { $in: ids }, status: 'active' });
  };

  it('stay with classes, guardians and appointments, night after night, while other changes come in', async () => {
    const booking = await book();
    const before = await ours();
    leave();
    const first = await sync();
    assert.deepEqual(await ours(), before);
    assert.deepEqual(await booking(), ['booked', undefined]);
    assert.equal(first.counts.class?.changed ?? 0, 0);
    district.sandbox.change(district.sandbox.idOf('section', 0), { name: 'Renamed' });
    const second = await sync();
    assert.deepEqual([second.counts.class?.changed, second.counts.appointment?.changed ?? 0], [1, 0]);
    const { counts } = await district.refreshOf(second);
    assert.deepEqual([counts.guardian?.changed ?? 0, counts.student?.held], [0, 40]);
    const renamed = await Class.findOne({ 'synced.name': 'Renamed' }).orFail().lean();
    assert.ok(renamed.synced.students.length > 0);
    assert.deepEqual(await booking(), ['booked', undefined]);
  });

  it('were never away when they come back', async () => {
    const before = await wholeRoster();
    leave();
    await sync();
    back();
    const run = await sync();
    assert.deepEqual(await wholeRoster(), before);
    assert.equal(await RosterChange.countDocuments({ state: 'held' }), 0);
    assert.equal(run.counts.class?.changed ?? 0, 0);
  });

  it('leave the classes when they are accepted, also of an event that syncs by hand; undo brings both back', async () => {
    const booking = await book();
    leave();
    const before = (await sync(), await wholeRoster());
    const ids = await leavers();
    const followed = await decide(await lastRun(), 'accept');
    assert.ok(followed);
    assert.equal(followed.state, 'done', followed.result);
    assert.match(followed.result, /1 appointment needs a look/);
    assert.equal(await classesOf(ids), 0);
    assert.deepEqual(await booking(), ['problem', ROSTER_PROBLEM]);
    const undone = await undoRun(district.deps, followed, {
      by,
      reason: '',
      whole: true,
      stopNightly: false,
    });
    assert.ok(undone.ok);
    assert.equal((await district.work(undone.run)).state, 'done');
    assert.deepEqual(await wholeRoster(), before);
    assert.deepEqual(await booking(), ['booked', undefined]);
    await sync();
    assert.deepEqual(await wholeRoster(), before, 'held anew');
    await decide(await lastRun(), 'accept');
    await sync();
    assert.equal(await tied(), 0, 'the night after, nobody is tied to them any more');
    assert.equal(await RosterChange.countDocuments({ state: 'held' }), 0);
  });

  it('keep their classes for good when they are rejected, by full downloads and by events, until they are back', async () => {
    const booking = await book();
    const before = await ours();
    leave();
    await sync();
    await decide(await lastRun(), 'reject');
    for (const how of ['full', 'events']) {
      const run = await district.start({ trigger: 'nightly', night: how });
      assert.equal((await district.refreshOf(run)).how, how);
      assert.deepEqual(await ours(), before);
    }
    assert.deepEqual(await booking(), ['booked', undefined]);
    back();
    await sync();
    assert.deepEqual(await ours(), before);
    assert.equal(await Contact.countDocuments({ 'record.kept': { $exists: true } }), 0);
    // They are as anybody else from then on.
    district.sandbox.removeStudent(student(0));
    await sync();
    assert.deepEqual(await booking(), ['problem', ROSTER_PROBLEM]);
  });

  it('are in a preview as in a run: also where the next download does not tell of them', async () => {
    leave();
    await sync();
    const before = await wholeRoster();
    district.sandbox.misbehave({ match: /role=student.*starting_after/, kind: 'truncated', times: 99 });
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal(preview.counts.class?.changed ?? 0, 0);
    const real = await sync();
    assert.deepEqual(preview.counts, real.counts);
    assert.deepEqual(await wholeRoster(), before);
    assert.equal(await RosterChange.countDocuments({ state: 'held', kind: 'student' }), 40);
  });

  it('stay when a worker dies that held them anew, and the next one finds the list broken off', async () => {
    leave();
    await sync();
    const before = await ours();
    const { writes } = await live(() => sync());
    // When its refresh has done all, but has not said so.
    const dieAt = writes.lastIndexOf('rosterRun.updateOne') + 1;
    const { killed } = await live(() => sync(), { dieAt });
    assert.ok(killed, writes.join());
    district.sandbox.misbehave({ match: /role=student.*starting_after/, kind: 'truncated', times: 99 });
    await takeOver(district);
    const refresh = await district.refreshOf(await lastRun());
    assert.match(refresh.warnings.join(), /list of students broke off/);
    assert.deepEqual(await ours(), before);
    assert.equal(await RosterChange.countDocuments({ state: 'held', kind: 'student' }), 40);
  });

  it('go with a preview that is applied, from their classes too, and wait for nobody then', async () => {
    leave();
    await sync();
    const ids = await leavers();
    back();
    district.sandbox.remove(student(100));
    leave();
    district.sandbox.restore(student(39));
    const preview = await district.start({ trigger: 'preview', purpose: 'preview' });
    const applied = await applyRun(district.deps, preview, by);
    assert.ok(applied.ok);
    const run = await district.work(applied.run);
    assert.equal(run.state, 'done', run.result);
    const away = await Contact.distinct('_id', { _id: { $in: ids }, status: 'transferred' });
    assert.equal(away.length, 39);
    assert.equal(await classesOf(away), 0);
    assert.equal(await RosterChange.countDocuments({ state: 'held', kind: 'student' }), 0);
    const state = await wholeRoster();
    await sync();
    assert.deepEqual(await wholeRoster(), state, 'what was applied is what a sync makes');
  });

  it('who teach stay the teachers of their classes, before whoever comes after them', async () => {
    const { sandbox } = district;
    const teachers = new Set(Array.from({ length: 25 }, (_, index) => sandbox.idOf('teacher', index)));
    const before = await Class.find().sort({ _id: 1 }).lean();
    const stand = sandbox.idOf('teacher', 30);
    let lost = 0;
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const id = sandbox.idOf('section', index);
      const section = sandbox.read(id) as unknown as CleverSection | null;
      if (!section?.teacher || !teachers.has(section.teacher)) continue;
      lost += 1;
      sandbox.change(
        id,
        lost === 1 ? { teacher: stand, teachers: [stand] } : { teacher: undefined, teachers: [] },
      );
    }
    for (const id of teachers) sandbox.remove(id);
    const run = await sync();
    assert.equal((await district.refreshOf(run)).counts.teacher?.held, 25);
    assert.ok(lost > 20);
    const after = await Class.find().sort({ _id: 1 }).lean();
    const moved = after.filter(({ synced }, index) => synced.hash !== before[index]?.synced.hash);
    assert.equal(moved.length, 1, 'the one that somebody else teaches now');
    const [first, ...others] = moved[0]?.synced.teachers ?? [];
    assert.equal((await Contact.findById(first).lean())?.record?.id, stand);
    assert.equal(others.length, 1);
    assert.equal(await Resource.countDocuments({ status: 'gone' }), 0);
  });

  it('have guardians who wait with them, though fewer than the guard asks about', async () => {
    const { sandbox } = district;
    for (let index = 0; index < 40; index += 1)
      for (const contact of contactsOf(student(index)).slice(index < 5 ? 99 : 0)) sandbox.remove(contact);
    // Two nights, as one alone would be held.
    await decide(await sync(), 'accept');
    const alone = await Contact.find(
      { type: 'guardian', status: 'active', relations: { $size: 1 } },
      { relations: 1 },
    ).lean();
    const theirs = alone.flatMap(({ _id, relations }) =>
      relations.some((tie) => isAmong(tie.student)) ? [_id] : [],
    );
    assert.ok(theirs.length > 0 && theirs.length < 20, String(theirs.length));
    leave();
    const run = await sync();
    const refresh = await district.refreshOf(run);
    assert.equal(refresh.counts.guardian?.held, theirs.length);
    assert.match(
      refresh.warnings.join(),
      /Of the guardians who are missing at the source \d+ are held until/,
    );
    assert.equal(await Contact.countDocuments({ _id: { $in: theirs }, status: 'active' }), theirs.length);
    await decide(run, 'accept');
    assert.equal(await Contact.countDocuments({ _id: { $in: theirs }, status: 'active' }), 0);
  });

  const isAmong = (id: string) => Array.from({ length: 40 }, (_, n) => student(n)).includes(id);
  function contactsOf(id: string): string[] {
    return Array.from({ length: 900 }, (_, index) => district.sandbox.idOf('contact', index)).filter(
      (contact) => {
        const user = district.sandbox.read(contact) as unknown as CleverUser | null;
        return user?.roles?.contact?.student_relationships?.some((tie) => tie.student === id);
      },
    );
  }
  const lastRun = () => SyncRun.findOne({ event: district.event }).sort({ createdAt: -1 }).orFail().lean();
});
