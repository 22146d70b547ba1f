import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Notification } from '../../server/models/notification.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { Office, pathOf } from '../support/roster/office.js';
import { live } from '../support/roster/crash.js';
import { takeOver } from '../support/roster/take-over.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { sayResult } from '../support/say-run.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

const by = new Types.ObjectId();

describe('ties that the source no longer has', () => {
  let office: Office;
  beforeEach(async () => {
    office = await Office.open();
  });
  afterEach(() => office.close());

  const sandbox = () => office.district.sandbox;
  const sections = () =>
    Section.find({ status: 'active', 'studentIds.0': { $exists: true } })
      .sort({ _id: 1 })
      .lean();
  /** Who is in classes and what is booked, as people see it. */
  const seen = async () =>
    (await wholeRoster()).filter(({ text }) => /"(class|resource|appointment)"/.test(text));
  /** How many places in sections belong to students who are known. */
  const countTies = async () => {
    const known = new Set(await Contact.distinct('record.id', { type: 'student', status: 'active' }));
    const lists = (await sections()).map(({ studentIds }) => studentIds.filter((id) => known.has(id)));
    return lists.flat().length;
  };
  const decide = async (run: SyncRun, verdict: 'accept' | 'reject') => {
    const refresh = await office.district.refreshOf(run);
    return RosterRun.findById(await decideWithheld(office.district, refresh, verdict))
      .orFail()
      .lean();
  };
  const withoutStudents = async (list: unknown) => {
    for (const { record } of await sections()) sandbox().change(record.id, { students: list });
  };

  for (const [name, list] of [
    ['empty', []],
    ['null', null],
    ['missing', undefined],
    ['of ids that nobody has', ['1', '2', '3']],
  ] as const)
    it(`sections whose list of students is ${name}: nothing changes, a person is asked`, async () => {
      await office.book(3);
      const before = await seen();
      const ties = await countTies();
      await withoutStudents(list);
      const run = await office.sync();
      assert.deepEqual(await seen(), before);
      const refresh = await office.district.refreshOf(run);
      assert.equal(refresh.counts.sectionStudents?.withheld, ties);
      assert.match(
        sayResult(run),
        new RegExp(`${ties.toLocaleString('en')} enrollments waiting for your review`),
      );
      const page = await office.visitor.get(`/importer/refreshes/${String(run.refresh)}/withheld`);
      assert.match(page.text, new RegExp(`${ties.toLocaleString('en')} enrollments`));
      assert.match(page.text, /They have 1 appointment/);
      assert.match((await office.visitor.get('/importer')).text, /enrollments have been missing from Clever/);
      assert.equal(await Notification.countDocuments({ kind: 'removals withheld' }), 1);
      // The next night finds the same, sends no second mail, and still asks.
      const again = await office.sync();
      assert.deepEqual(await seen(), before);
      assert.equal((await office.withheld('sectionStudents')).length, (await sections()).length);
      assert.equal((await office.district.refreshOf(again)).counts.section?.changed ?? 0, 0);
      assert.equal(await Notification.countDocuments({ kind: 'removals withheld' }), 1);
    });

  it('end when their removal is accepted, and undo restores them; a sync gives the same result', async () => {
    const appointment = await office.book(3);
    await withoutStudents([]);
    const run = await office.sync();
    const before = await wholeRoster();
    const accepted = await decide(run, 'accept');
    assert.match(sayResult(accepted), /enrollments ended/);
    assert.equal(await Class.countDocuments({ 'synced.students.0': { $exists: true } }), 0);
    assert.equal((await Appointment.findById(appointment._id).orFail().lean()).state, 'problem');
    const after = await wholeRoster();
    const followed = await office.district.sync();
    assert.deepEqual(await wholeRoster(), after, 'a sync finds nothing more');
    assert.equal(followed.counts.class?.changed ?? 0, 0);
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    assert.notDeepEqual(after, before);
  });

  for (const [name, list] of [
    ['empty', []],
    ['of ids that nobody has', ['1', '2', '3']],
  ] as const)
    for (const between of ['nothing', 'a full sync', 'a night by events'] as const)
      it(`that were ${name} and accepted come back by undo, ${between} between`, async () => {
        await office.book(3);
        await withoutStudents(list);
        const run = await office.sync();
        const before = await wholeRoster();
        const accepted = await decide(run, 'accept');
        if (between === 'a full sync') await office.sync();
        if (between === 'a night by events')
          await office.district.start({ trigger: 'nightly', night: 'between' });
        const followed = await SyncRun.findOne({ refresh: accepted._id }).orFail().lean();
        const undone = await undoRun(office.district.deps, followed, {
          by,
          reason: '',
          whole: true,
          stopNightly: false,
        });
        assert.ok(undone.ok);
        assert.equal((await office.district.work(undone.run)).state, 'done');
        assert.deepEqual(await wholeRoster(), before);
      });

  it('stay for good when they are rejected, until the source says something else', async () => {
    const before = await seen();
    await withoutStudents([]);
    await decide(await office.sync(), 'reject');
    for (const how of ['full', 'events'] as const) {
      const night = await office.district.start({ trigger: 'nightly', night: how });
      assert.equal((await office.district.refreshOf(night)).how, how);
      assert.deepEqual(await seen(), before);
      assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    }
    const [booked] = await bookable(office.district.event);
    assert.ok(booked?.synced.students[0]);
    await bookIn(booked, booked.synced.students[0]);
    const first = await Section.findById(booked.section).orFail().lean();
    // The source lists one class again, without one of its students: the class follows it.
    const now = first.studentIds.slice(1);
    if (now.length === 0) now.push(sandbox().idOf('student', 7));
    sandbox().change(first.record.id, { students: now });
    await office.sync();
    const section = await Section.findById(first._id).orFail().lean();
    assert.deepEqual([section.studentIds, section.record.keptFor], [[...now].sort(), undefined]);
    // They are gone again, so the sync asks again.
    sandbox().change(first.record.id, { students: [] });
    await office.sync();
    assert.equal((await office.withheld('sectionStudents')).length, 1);
    assert.deepEqual((await Section.findById(first._id).orFail().lean()).studentIds, [...now].sort());
  });

  it('are no longer asked about once the source has them again', async () => {
    const told = await sections();
    const before = await wholeRoster();
    await withoutStudents([]);
    await office.sync();
    for (const { record, studentIds } of told) sandbox().change(record.id, { students: studentIds });
    const run = await office.sync();
    assert.equal(run.counts.class?.changed ?? 0, 0);
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    assert.deepEqual(await wholeRoster(), before);
  });

  it('of all teachers are withheld too', async () => {
    const before = await seen();
    for (const { record } of await Section.find({ status: 'active' }).lean())
      sandbox().change(record.id, { teacher: '', teachers: [] });
    const run = await office.sync();
    assert.deepEqual(await seen(), before);
    assert.ok(((await office.district.refreshOf(run)).counts.sectionTeachers?.withheld ?? 0) > 20);
    await decide(run, 'accept');
    assert.equal(await Class.countDocuments({ 'synced.teachers.0': { $exists: true } }), 0);
  });

  it('would end according to a preview, which asks before it is applied; then they end', async () => {
    await office.book(3);
    await withoutStudents([]);
    const preview = await office.preview();
    assert.match(sayResult(preview), /classes would change.*enrollments would end/);
    assert.ok((preview.counts.classStudents?.removed ?? 0) > 20);
    const asked = await office.visitor.post(`${pathOf(preview)}/apply`, {}, pathOf(preview));
    assert.equal(asked.headers.location, `${pathOf(preview)}/apply`);
    assert.match((await office.visitor.get(`${pathOf(preview)}/apply`)).text, /enrollments would end/);
    const applied = await office.visitor.post(
      `${pathOf(preview)}/apply`,
      { sure: 'yes' },
      `${pathOf(preview)}/apply`,
    );
    const run = await office.district.work(new Types.ObjectId(applied.headers.location?.split('/').at(-1)));
    assert.equal(run.state, 'done', sayResult(run));
    assert.match(sayResult(run), /enrollments ended/);
    assert.equal(await Class.countDocuments({ 'synced.students.0': { $exists: true } }), 0);
    const state = await wholeRoster();
    await office.sync();
    assert.deepEqual(await wholeRoster(), state, 'what was applied is what a sync makes');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
  });

  it('are also withheld on a night by events, and the next night reads everything', async () => {
    const before = await seen();
    await withoutStudents([]);
    const night = await office.district.start({ trigger: 'nightly', night: 'one' });
    assert.equal((await office.district.refreshOf(night)).how, 'events');
    assert.deepEqual(await seen(), before);
    assert.ok((await office.withheld('sectionStudents')).length > 0);
    const next = await office.district.start({ trigger: 'nightly', night: 'two' });
    assert.equal((await office.district.refreshOf(next)).how, 'full');
    assert.deepEqual(await seen(), before);
  });

  it('a worker that dies anywhere leaves the same', async () => {
    await withoutStudents([]);
    sandbox().change(sandbox().idOf('section', 1), { name: 'Renamed' });
    const { writes } = await live(() => office.sync());
    const end = async () => [
      await wholeRoster(),
      (await office.withheld('sectionStudents'))
        .map(({ sourceId, size }) => `${sourceId} ${String(size)}`)
        .sort(),
    ];
    const wanted = await end();
    const step = Math.max(1, Math.floor(writes.length / 6));
    for (let dieAt = 2; dieAt < writes.length; dieAt += step) {
      await RosterChange.deleteMany({});
      const { killed } = await live(() => office.district.sync(), { dieAt, half: dieAt % 2 === 1 });
      if (killed) await takeOver(office.district);
      assert.deepEqual(await end(), wanted, `died at ${String(dieAt)}`);
    }
  });

  it('known by a class only, people whose class waits stay', async () => {
    const teacher = await Contact.findOne({ type: 'teacher', 'record.id': sandbox().idOf('teacher', 1) })
      .orFail()
      .lean();
    sandbox().change(teacher.record?.id ?? '', { roles: { teacher: { school: '', schools: [] } } });
    await office.sync();
    assert.equal((await Contact.findById(teacher._id).orFail().lean()).status, 'active');
    for (const { record } of await Section.find({ status: 'active' }).lean())
      sandbox().change(record.id, { teacher: '', teachers: [] });
    await office.sync();
    assert.equal((await Contact.findById(teacher._id).orFail().lean()).status, 'active');
    assert.equal(await RosterRun.countDocuments({ state: { $ne: 'done' } }), 0);
  });
});
