import assert from 'node:assert/strict';
import mongoose, { Types } from 'mongoose';
import type { NightReport } from '../../server/sandbox/advance-night.js';
import { Class, className, classType } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { Section } from '../../server/models/section.js';
import { readLog } from '../../server/review/journal/read-log.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { sayResult } from '../support/say-run.js';

const ROSTER = ['contact', 'term', 'course', 'section', 'class', 'resource'];

describe('nights over a district', () => {
  let district: TestDistrict;
  let night: NightReport;
  let hidden: Class;
  let deleted: Class;
  let renamed: Class;

  before(async () => {
    district = await startSyncedDistrict({ students: 300 });
  });
  after(() => district.close());

  const statusOf = async (id: string) => (await Contact.findOne({ 'record.id': id }).lean())?.status;
  const classOf = async (section: string) => {
    const mirrored = await Section.findOne({ 'record.id': section }).orFail().lean();
    return Class.findOne({ section: mirrored._id }).orFail().lean();
  };

  it('a second run writes nothing', async () => {
    const before = await everything();
    const writes = await writesDuring(() => district.sync());
    assert.deepEqual(writes, []);
    assert.deepEqual(await everything(), before);
  });

  it('a run after one change writes that one (the same eyes see it)', async () => {
    const id = district.sandbox.idOf('student', 7);
    district.sandbox.change(id, { email: 'other@example.org' });
    const writes = await writesDuring(() => district.sync());
    assert.deepEqual(writes, ['contact.bulkWrite']);
  });

  it('what people decided about classes is in place', async () => {
    const [first, second, third] = await Class.find({ 'synced.type': 'Class' })
      .sort({ _id: 1 })
      .limit(3)
      .lean();
    assert.ok(first && second && third);
    await Class.updateOne({ _id: first._id }, { $set: { 'edits.type': 'Hide' } });
    await Class.updateOne(
      { _id: second._id },
      { $set: { status: 'deleted', deletedAt: new Date(), 'edits.name': 'My name', 'edits.room': '12' } },
    );
    await Class.updateOne(
      { _id: third._id },
      { $set: { 'edits.name': 'Robots', 'edits.allowed': 2, searchKey: 'robots', sortKey: 'robots' } },
    );
    [hidden, deleted, renamed] = [first, second, third];
  });

  it('a night passes: leavers are transferred, arrivals are there, nobody is deleted', async () => {
    const people = await Contact.countDocuments();
    night = district.sandbox.advanceNight();
    const run = await district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    for (const id of night.left) assert.equal(await statusOf(id), 'transferred');
    for (const id of night.arrived) assert.equal(await statusOf(id), 'active');
    assert.ok((await Contact.countDocuments()) >= people + night.arrived.length);
    assert.match(sayResult(run), new RegExp(`${String(night.left.length)} students? removed`));
    const told = { run: run.refresh, kind: 'student', action: 'removed' };
    const rows = await readLog(told, { limit: 1000 });
    assert.deepEqual(rows.map(({ sourceId }) => sourceId).sort(), [...night.left].sort());
    const left = await Contact.findOne({ 'record.id': night.left[0] }).orFail().lean();
    assert.ok(left.transferredAt);
    const inClass = await Class.countDocuments({ status: 'active', 'synced.students': left._id });
    assert.equal(inClass, 0);
  });

  it('a class that is gone is kept as gone, its section archived; a renamed section and a new teacher arrive', async () => {
    if (night.sectionGone) {
      const gone = await classOf(night.sectionGone);
      assert.equal(gone.status, 'gone');
      assert.equal((await Section.findById(gone.section).lean())?.status, 'archived');
    }
    if (night.sectionRenamed) assert.match((await classOf(night.sectionRenamed)).synced.name, /\(Honors\)$/);
    assert.ok(night.teacherChanged);
    const changed = await classOf(night.teacherChanged);
    const teacher = await Contact.findById(changed.synced.teachers[0]).orFail().lean();
    const served = district.sandbox.read(night.teacherChanged) as { teacher: string };
    assert.equal(teacher.record?.id, served.teacher);
    assert.equal(await Resource.countDocuments({ contact: teacher._id, status: 'active' }), 1);
  });

  it('the hidden class stays hidden and synced, the deleted one is back bare, the renamed one keeps its name', async () => {
    const [one, two, three] = await Promise.all(
      [hidden, deleted, renamed].map(({ _id }) => Class.findById(_id).orFail().lean()),
    );
    assert.ok(one && two && three);
    assert.equal(one.status, 'active');
    assert.equal(classType(one), 'Hide');
    assert.equal(two.status, 'active');
    assert.deepEqual(two.edits, {});
    assert.equal(two.deletedAt, undefined);
    assert.equal(className(two), two.synced.name);
    assert.equal(className(three), 'Robots');
    assert.equal(three.sortKey, 'robots');
    assert.equal(three.edits.allowed, 2);
  });

  it('a change at Clever reaches hidden and renamed classes without touching what people decided', async () => {
    for (const { section } of [hidden, renamed]) {
      const { record } = await Section.findById(section).orFail().lean();
      district.sandbox.change(record.id, { name: 'Another name', period: '9' });
    }
    await district.sync();
    const [one, three] = await Promise.all(
      [hidden, renamed].map(({ _id }) => Class.findById(_id).orFail().lean()),
    );
    assert.ok(one && three);
    assert.deepEqual([one.synced.name, one.synced.period, classType(one)], ['Another name', '9', 'Hide']);
    assert.deepEqual(
      [three.synced.name, className(three), three.sortKey],
      ['Another name', 'Robots', 'robots'],
    );
  });

  it('who returns is the same contact, active again, and so are section and class with their edits', async () => {
    const [id = ''] = night.left;
    const before = await Contact.findOne({ 'record.id': id }).orFail().lean();
    const gone = night.sectionGone ?? '';
    const goneClass = await classOf(gone);
    await Class.updateOne({ _id: goneClass._id }, { $set: { 'edits.room': 'B7' } });
    district.sandbox.restore(id);
    district.sandbox.restore(gone);
    const run = await district.sync();
    const after = await Contact.findOne({ 'record.id': id }).orFail().lean();
    assert.deepEqual([after._id, after.status, after.transferredAt], [before._id, 'active', undefined]);
    assert.match(sayResult(run), /1 student came back/);
    const back = await classOf(gone);
    assert.deepEqual([back._id, back.status, back.edits.room], [goneClass._id, 'active', 'B7']);
  });

  it('what people keep on a contact stays through the sync', async () => {
    const student = await Contact.findOne({ type: 'student', status: 'active' }).orFail().lean();
    await Contact.updateOne({ _id: student._id }, { $set: { securityValue: 'blue' } });
    district.sandbox.change(student.record?.id ?? '', { name: { first: 'New', last: 'Name' } });
    await district.sync();
    const after = await Contact.findById(student._id).orFail().lean();
    assert.deepEqual(
      [after.firstName, after.securityValue, after.searchKey.slice(0, 8)],
      ['New', 'blue', 'new name'],
    );
  });

  it('a class made by hand and its teacher are never touched', async () => {
    const [account, event] = [district.account, district.event];
    const teacher = new Types.ObjectId();
    const hand = await Class.create({
      account,
      event,
      status: 'active',
      synced: { name: 'Choir', type: 'Activity', teachers: [teacher], students: [] },
      searchKey: 'choir',
      sortKey: 'choir',
    });
    const resource = await Resource.create({
      account,
      event,
      contact: new Types.ObjectId(),
      name: 'Counselor',
      status: 'active',
      searchKey: 'counselor',
      sortKey: 'counselor',
    });
    const before = [await Class.findById(hand._id).lean(), await Resource.findById(resource._id).lean()];
    await district.sync();
    assert.deepEqual(
      [await Class.findById(hand._id).lean(), await Resource.findById(resource._id).lean()],
      before,
    );
  });

  it('a term given up takes its classes out and lets them come back; the teachers without a class are gone', async () => {
    const before = await Class.countDocuments({ status: 'active' });
    const event = await Event.findById(district.event).orFail().lean();
    await Event.updateOne({ _id: event._id }, { $set: { 'sync.terms': [], 'sync.noTerm': true } });
    await district.start({ trigger: 'first import' });
    const withoutTerm = await Class.countDocuments({ status: 'active', section: { $type: 'objectId' } });
    const { byTerm } = district.sandbox.totals();
    const known = event.sync?.terms.map(({ id }) => id) ?? [];
    const expected = Object.entries(byTerm).filter(([term]) => !known.includes(term));
    assert.equal(expected.length, 2, 'no term, and one that is not shared');
    assert.equal(
      withoutTerm,
      expected.reduce((sum, [, { sections }]) => sum + sections, 0),
    );
    assert.ok((await Resource.countDocuments({ status: 'gone' })) > 10);
    await Event.updateOne({ _id: event._id }, { $set: { sync: event.sync } });
    await district.sync();
    assert.equal(await Class.countDocuments({ status: 'active' }), before);
    assert.equal((await Class.findById(renamed._id).lean())?.edits.name, 'Robots');
  });
});

/** The roster's documents as they are stored. */
async function everything(): Promise<unknown[]> {
  const { db } = mongoose.connection;
  return Promise.all(ROSTER.map(async (name) => db?.collection(name).find().sort({ _id: 1 }).toArray()));
}

type Noted = (collection: string, method: string, ...args: unknown[]) => void;

/** Every write to the roster's collections that the driver sends during the work. */
async function writesDuring(work: () => Promise<unknown>): Promise<string[]> {
  const writes: string[] = [];
  const before = mongoose.get('debug') as Noted | undefined;
  mongoose.set('debug', (collection, method, ...args: unknown[]) => {
    before?.(collection, method, ...args);
    if (ROSTER.includes(collection) && /^(insert|update|bulkWrite|delete|replace|findOneAnd)/.test(method))
      writes.push(`${collection}.${method}`);
  });
  try {
    await work();
  } finally {
    mongoose.set('debug', before ?? false);
  }
  return writes;
}
