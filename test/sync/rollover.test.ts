import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { startSandbox } from '../../server/sandbox/start-sandbox.js';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Course } from '../../server/models/course.js';
import { Event } from '../../server/models/event.js';
import { School } from '../../server/models/school.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { Term } from '../../server/models/term.js';
import { decideWithheldOfEvent } from '../../server/review/run/decide-withheld.js';
import { seal } from '../../server/seal.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { sayResult } from '../support/say-run.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

const by = new Types.ObjectId();
const accept = { verdict: 'accept' as const, by, reason: 'New school year' };
const PLENTY = { limit: 1_000_000, windowMs: 60_000 };

describe('a new school year', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 40 });
    await Event.updateMany({}, { $set: { 'sync.on': true } });
  });
  afterEach(() => district.close());

  const classesOf = (status: 'active' | 'gone') => Class.countDocuments({ status });
  const sectionsWith = async (term: string) =>
    (await Section.find({ term, status: 'active' }).lean()).map(({ record }) => record.id);
  const bookOne = async (nth = 0) => {
    const item = (await bookable(district.event))[nth];
    const [student] = item?.synced.students ?? [];
    assert.ok(item && student);
    return { id: await bookIn(item, student), item };
  };

  it('with the same sections in a term that nobody chose: all leave as one list, withheld, and go when accepted', async () => {
    const { sandbox } = district;
    const [old, next] = [sandbox.idOf('term', 2), sandbox.idOf('term', 1)];
    await Event.updateMany(
      {},
      { $set: { 'sync.terms': [{ id: old, name: 'Full Year', start: '', end: '' }] } },
    );
    await district.start({ trigger: 'first import' });
    const [before, goneBefore] = [await classesOf('active'), await classesOf('gone')];
    const booked = await bookOne();
    const moved = await sectionsWith(old);
    for (const id of moved) sandbox.change(id, { term_id: next });
    const run = await district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    const withheld = run.counts.class?.withheld ?? 0;
    assert.ok(withheld > 20, sayResult(run));
    assert.deepEqual([await classesOf('active'), run.counts.class?.removed ?? 0], [before, 0]);
    assert.equal((await Appointment.findById(booked.id).lean())?.state, 'booked');
    const decided = await decideWithheldOfEvent(district.deps, run, accept);
    assert.ok(decided.ok);
    await district.work(decided.run);
    assert.deepEqual(
      [await classesOf('gone'), await classesOf('active')],
      [goneBefore + withheld, before - withheld],
    );
    const { state, problem } = await Appointment.findById(booked.id).orFail().lean();
    assert.deepEqual(
      [state, problem],
      ['problem', { code: 'not together' }],
      'kept, for a person to look at',
    );
    for (const id of moved) sandbox.change(id, { term_id: old });
    await district.sync();
    assert.equal(await classesOf('active'), before, 'the same classes are back');
    assert.equal((await Appointment.findById(booked.id).lean())?.state, 'booked');
  });

  it('with a term deleted while its sections live: every class stays, under the term’s name', async () => {
    const { sandbox } = district;
    const gone = sandbox.idOf('term', 2);
    const before = await Class.find().sort({ _id: 1 }).lean();
    sandbox.remove(gone);
    const run = await district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    assert.equal((await Term.findOne({ 'record.id': gone }).lean())?.status, 'archived');
    assert.deepEqual(await Class.find().sort({ _id: 1 }).lean(), before);
  });

  it('that was a mistake: terms, courses and sections that come back are the same ones, with what people decided', async () => {
    const { sandbox } = district;
    const { id, item } = await bookOne(3);
    await Class.updateOne({ _id: item._id }, { $set: { 'edits.type': 'Hide', 'edits.room': '7' } });
    const section = await Section.findById(item.section).orFail().lean();
    const lost = [section.record.id, section.course, sandbox.idOf('term', 0)].filter(Boolean);
    const ids = async () => [
      await Section.distinct('_id'),
      await Course.distinct('_id'),
      await Term.distinct('_id'),
      await Class.distinct('_id'),
    ];
    const before = await ids();
    for (const record of lost) sandbox.remove(record);
    await district.sync();
    const away = await Class.findById(item._id).orFail().lean();
    assert.deepEqual([away.status, away.edits], ['gone', { type: 'Hide', room: '7' }]);
    for (const record of lost) sandbox.restore(record);
    await district.sync();
    const back = await Class.findById(item._id).orFail().lean();
    assert.deepEqual([back.status, back.edits], ['active', { type: 'Hide', room: '7' }]);
    assert.equal((await Section.findById(section._id).lean())?.status, 'active');
    assert.equal(await Term.countDocuments({ status: 'archived' }), 0);
    assert.equal(await Course.countDocuments({ status: 'archived' }), 0);
    assert.deepEqual(await ids(), before);
    assert.equal((await Appointment.findById(id).lean())?.state, 'booked');
  });

  it('with all ids new: who was here waits for a person, nobody is doubled by an id, and one acceptance settles it', async () => {
    const { id } = await bookOne();
    const old = await Contact.find({ status: 'active' }).distinct('_id');
    const next = await startSandbox({ students: 40, seed: 2, rateLimit: PLENTY });
    try {
      await moveTo(district, next);
      const run = await district.sync();
      assert.equal(run.state, 'done', sayResult(run));
      const refresh = await district.refreshOf(run);
      assert.equal(await Contact.countDocuments({ _id: { $in: old }, status: 'active' }), old.length);
      assert.equal(refresh.counts.student?.withheld, 40);
      assert.equal(refresh.counts.student.added, 40);
      assert.equal((await Appointment.findById(id).lean())?.state, 'booked');
      const decided = await decideWithheld(district, refresh);
      assert.equal(await Contact.countDocuments({ _id: { $in: old }, status: 'active' }), 0);
      assert.equal(await Contact.countDocuments({ type: 'student', status: 'active' }), 40);
      const followed = await SyncRun.findOne({ refresh: decided }).orFail().lean();
      assert.ok((followed.counts.class?.withheld ?? 0) > 20, 'the event’s own classes wait for a person too');
      const classes = await decideWithheldOfEvent(district.deps, followed, accept);
      assert.ok(classes.ok);
      await district.work(classes.run);
      assert.equal((await Appointment.findById(id).lean())?.state, 'problem');
      const again = await district.sync();
      assert.equal(again.counts.class?.withheld ?? 0, 0);
      const records = await Contact.find({ record: { $exists: true } }).distinct('record.id');
      assert.equal(records.length, await Contact.countDocuments({ record: { $exists: true } }));
    } finally {
      await next.close();
    }
  });
});

/** Connects the account to another district with the same schools. */
async function moveTo(
  { deps, account, schools }: TestDistrict,
  sandbox: Awaited<ReturnType<typeof startSandbox>>,
): Promise<void> {
  deps.config.clever.apiUrl = sandbox.url;
  const token = seal(sandbox.token, deps.config.appSecret);
  await Account.updateOne(
    { _id: account },
    { $set: { 'clever.districtId': sandbox.districtId, 'clever.credentials': { kind: 'token', token } } },
  );
  for (const [index, school] of schools.entries())
    await School.updateOne({ _id: school }, { $set: { 'clever.id': sandbox.idOf('school', index) } });
}
