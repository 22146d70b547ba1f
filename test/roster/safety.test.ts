import assert from 'node:assert/strict';
import { readdir } from 'node:fs/promises';
import path from 'node:path';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact, type ContactType } from '../../server/models/contact.js';
import { Resource } from '../../server/models/resource.js';
import { School } from '../../server/models/school.js';
import { Section } from '../../server/models/section.js';
import { Event } from '../../server/models/event.js';
import { readLog } from '../../server/review/journal/read-log.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { decideWithheldOfEvent } from '../../server/review/run/decide-withheld.js';
import { sayLine } from '../../server/runs/log/say-note.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { Types } from 'mongoose';
import { makeUser, Visitor } from '../support/app.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

describe('a sync removes nothing unless it knows that it is gone', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 60 }, { CLEVER_PAGE_SIZE: '20' });
  });
  afterEach(() => district.close());

  const gone = (type: ContactType) => Contact.countDocuments({ type, status: 'transferred' });

  for (const kind of ['413', 'redirect', 'loop', '400'] as const) {
    it(`when the list of students breaks off (${kind}): changes come in, nobody leaves, and the page says so`, async () => {
      const { sandbox } = district;
      const [first, last] = [sandbox.idOf('student', 0), sandbox.idOf('student', 59)];
      sandbox.change(first, { name: { first: 'Changed', last: 'Name' } });
      sandbox.removeStudent(last);
      sandbox.misbehave({ match: /role=student.*starting_after/, kind, times: 99 });
      const run = await district.sync();
      assert.equal(run.state, 'done', sayResult(run));
      assert.equal(await gone('student'), 0);
      assert.equal((await Contact.findOne({ 'record.id': first }).lean())?.firstName, 'Changed');
      const said = sayRemarks(await district.refreshOf(run));
      assert.match(said.join(), /list of students was cut short.*No students were removed/);
      sandbox.behave();
      await district.sync();
      assert.equal(await gone('student'), 1);
    });
  }

  it('when guardians come and the students’ list broke off, guardians of known students stay and come in', async () => {
    const { sandbox } = district;
    sandbox.misbehave({ match: /role=student/, kind: '413', times: 99 });
    const before = await Contact.countDocuments({ type: 'guardian', status: 'active' });
    await Contact.deleteOne({ type: 'guardian' });
    await district.sync();
    assert.equal(await Contact.countDocuments({ type: 'guardian', status: 'active' }), before);
    assert.equal(await gone('guardian'), 0);
  });

  for (const sharing of ['403', 'empty'] as const) {
    for (const [kind, plural] of [
      ['student', 'students'],
      ['teacher', 'teachers'],
      ['contact', 'guardians'],
      ['section', 'sections'],
    ] as const) {
      it(`when ${plural} are no longer shared (${sharing}): all stay, and the page says so`, async () => {
        const before = [
          await Contact.countDocuments({ status: 'active' }),
          await Class.countDocuments({ status: 'active' }),
        ];
        district.sandbox.share(kind, sharing);
        const run = await district.sync();
        assert.equal(run.state, 'done', sayResult(run));
        assert.deepEqual(
          [
            await Contact.countDocuments({ status: 'active' }),
            await Class.countDocuments({ status: 'active' }),
          ],
          before,
        );
        assert.equal(await Section.countDocuments({ status: 'archived' }), 0);
        const said = sayRemarks(await district.refreshOf(run));
        assert.ok(
          said.includes(
            `Clever no longer shares ${plural} with Slotbell. Nothing was removed. If that isn’t intended, ask the district’s Clever administrator.`,
          ),
          said.join(),
        );
      });
    }
  }

  it('when Clever refuses the token: the run fails with the reason, and nothing is touched', async () => {
    const before = await Contact.countDocuments({ status: 'active' });
    district.sandbox.rotateToken();
    const run = await district.sync();
    assert.equal(run.state, 'failed');
    assert.match(sayResult(run), /rejected the district token/);
    const office = new Visitor(district.test.app);
    await office.logIn(await makeUser(district.account, 'administrator'));
    for (const path of [
      `/importer/runs/${run._id.toHexString()}`,
      `/events/${district.event.toHexString()}/sync`,
    ])
      assert.match(
        (await office.get(path)).text,
        /flash-danger[\s\S]*clever#access">Enter the access again/,
        path,
      );
    assert.equal(await Contact.countDocuments({ status: 'active' }), before);
  });

  it('leaves no downloaded page behind, whether it succeeds or fails', async () => {
    district.sandbox.rotateToken();
    await district.sync();
    assert.deepEqual(await readdir(path.join(district.deps.config.dataDir, 'tmp')), []);
  });

  it('people who are only in a school that is no longer matched count as gone, with its sections; people who are also elsewhere stay', async () => {
    const [dropped] = district.schools;
    assert.ok(dropped);
    const only = await Contact.find({ schools: { $size: 1, $eq: dropped } }).lean();
    const both = await Contact.find({ schools: dropped, 'schools.1': { $exists: true } }).lean();
    assert.ok(only.length > 0 && both.length > 0);
    await School.updateOne({ _id: dropped }, { $unset: { clever: 1 } });
    await Event.updateOne({ _id: district.event }, { $set: { 'sync.on': true } });
    const run = await district.sync();
    const refresh = await district.refreshOf(run);
    assert.ok(
      (refresh.counts.section?.withheld ?? 0) > 0,
      'a school is more than a tenth: withheld for review',
    );
    const by = new Types.ObjectId();
    const accepted = await decideWithheld(district, refresh);
    const update = await SyncRun.findOne({ refresh: accepted }).orFail().lean();
    const classes = await decideWithheldOfEvent(district.deps, update, { verdict: 'accept', by, reason: '' });
    if (classes.ok) await district.work(classes.run);
    const status = async (people: Pick<Contact, '_id'>[]) =>
      Contact.distinct('status', { _id: { $in: people.map(({ _id }) => _id) } });
    assert.deepEqual(await status(only), ['transferred']);
    assert.deepEqual(await status(both), ['active']);
    assert.deepEqual(await Section.distinct('status', { school: dropped }), ['archived']);
    assert.deepEqual(await Class.distinct('status', { 'synced.school': dropped }), ['gone']);
  });

  it('a record that cannot be taken is a row in the log, and the run goes on', async () => {
    const { sandbox } = district;
    sandbox.change(sandbox.idOf('section', 0), { school: undefined });
    sandbox.change(sandbox.idOf('section', 1), { name: 'Still taken' });
    const run = await district.sync();
    assert.equal(run.state, 'done');
    const [row] = await readLog({ run: run.refresh, action: 'refused' }, { limit: 10 });
    assert.deepEqual(
      [row?.kind, row?.sourceId, row && sayLine(row)],
      ['section', sandbox.idOf('section', 0), 'It has no school.'],
    );
    assert.equal(await Section.countDocuments({ name: 'Still taken' }), 1);
  });
});

describe('appointments and the sync', () => {
  let district: TestDistrict;
  before(async () => {
    district = await startSyncedDistrict({ students: 60 });
  });
  after(() => district.close());

  async function book(student: Types.ObjectId, teacher: Types.ObjectId, more: Partial<Appointment> = {}) {
    const resource = await Resource.findOne({ contact: teacher }).orFail().lean();
    const made = await Appointment.create({
      account: district.account,
      event: district.event,
      slot: new Types.ObjectId(),
      resource: resource._id,
      household: new Types.ObjectId(),
      bookedBy: new Types.ObjectId(),
      students: [student],
      state: 'booked',
      from: new Date(),
      to: new Date(),
      byKey: new Types.ObjectId().toHexString(),
      createdAt: new Date(),
      ...more,
    });
    return made._id;
  }
  const stateOf = async (id: Types.ObjectId) => {
    const { state, problem } = await Appointment.findById(id).orFail().lean();
    return [state, problem];
  };

  it('an appointment becomes a problem when its student leaves the teacher, and is booked again when the student is back', async () => {
    const item = await Class.findOne({
      'synced.teachers.0': { $exists: true },
      'synced.students.3': { $exists: true },
    })
      .orFail()
      .lean();
    const [teacher] = item.synced.teachers;
    const [student, mate] = item.synced.students;
    assert.ok(teacher && student && mate);
    const leaving = await book(student, teacher);
    const staying = await book(mate, teacher);
    const cancelled = await book(student, teacher, { state: 'cancelled' });
    const byHand = await book(mate, teacher, {
      state: 'problem',
      problem: { code: 'text', text: 'Snow day.' },
    });
    const { record } = await Contact.findById(student).orFail().lean();
    district.sandbox.removeStudent(record?.id ?? '');
    const run = await district.sync();
    assert.match(sayResult(run), /1 appointment needs a look/);
    assert.deepEqual(await stateOf(leaving), ['problem', { code: 'not together' }]);
    assert.deepEqual(await stateOf(staying), ['booked', undefined]);
    assert.deepEqual(await stateOf(cancelled), ['cancelled', undefined]);
    district.sandbox.restore(record?.id ?? '');
    await district.sync();
    assert.deepEqual(await stateOf(leaving), ['booked', undefined]);
    assert.deepEqual(await stateOf(byHand), ['problem', { code: 'text', text: 'Snow day.' }]);
  });
});
