import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Event } from '../../server/models/event.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { Section } from '../../server/models/section.js';
import { bookIn } from '../support/roster/appointments.js';
import { Office } from '../support/roster/office.js';
import { sayResult } from '../support/say-run.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

describe('a class of an event that is emptied', () => {
  let office: Office;
  beforeEach(async () => (office = await Office.open()));
  afterEach(() => office.close());

  const sandbox = () => office.district.sandbox;
  const withheld = () => RosterChange.countDocuments({ state: 'withheld' });
  const studentsOf = async ({ _id }: Pick<Section, '_id'>) =>
    (await Class.findOne({ section: _id }).orFail().lean()).synced.students;
  const studentsIn = async (event: Types.ObjectId, { _id }: Section) =>
    (await Class.findOne({ event, section: _id }).orFail().lean()).synced.students;
  /** A section of at least three students, and one of another term; the first one has appointments. */
  async function twoTerms(): Promise<[Section, Section]> {
    const sections = await Section.find({ status: 'active', 'studentIds.2': { $exists: true } })
      .sort({ _id: 1 })
      .lean();
    const [from] = sections;
    const to = sections.find(({ term }) => term !== from?.term);
    assert.ok(from && to);
    const item = await Class.findOne({ section: from._id }).orFail().lean();
    await bookIn(item, item.synced.students[0] ?? assert.fail());
    await Event.updateOne({ _id: office.district.event }, { $pull: { 'sync.terms': { id: to.term } } });
    await office.district.sync();
    await RosterChange.deleteMany({ state: 'withheld' });
    return [from, to];
  }
  const move = (from: Section, to: Section) => {
    sandbox().change(from.record.id, { students: [] });
    sandbox().change(to.record.id, { students: [...new Set([...to.studentIds, ...from.studentIds])] });
  };

  for (const how of ['full', 'events'] as const)
    it(`by people who moved to classes outside the event is not asked about, nor at the account (${how})`, async () => {
      const [from, to] = await twoTerms();
      move(from, to);
      const start = (night: string) => office.district.start({ trigger: 'nightly', night });
      const run = how === 'full' ? await office.district.sync() : await start('one');
      assert.equal(run.state, 'done', sayResult(run));
      assert.equal((await office.district.refreshOf(run)).how, how);
      assert.equal(await withheld(), 0);
      assert.deepEqual(await studentsOf(from), []);
      assert.equal(run.counts.classStudents?.removed, from.studentIds.length);
    });

  it('nor is it in a preview, or in a later sync', async () => {
    const [from, to] = await twoTerms();
    move(from, to);
    const preview = await office.preview();
    assert.doesNotMatch(sayResult(preview), /withheld/);
    // A sync of another event of the account brings the roster up to date.
    const { _id, ...event } = await Event.findById(office.district.event).orFail().lean();
    const other = await Event.create({ ...event, _id: new Types.ObjectId(), link: 'another' });
    assert.equal((await office.district.sync(other._id)).state, 'done');
    await office.district.sync(_id);
    assert.equal(await withheld(), 0);
    assert.deepEqual(await studentsOf(from), []);
  });

  it('is asked about at the account, and not again at an event that follows later', async () => {
    const [from] = await twoTerms();
    sandbox().change(from.record.id, { students: [] });
    const { _id, ...event } = await Event.findById(office.district.event).orFail().lean();
    const other = await Event.create({ ...event, _id: new Types.ObjectId(), link: 'another' });
    const refresh = await office.district.refreshOf(await office.district.sync(other._id));
    assert.equal((await RosterChange.find({ run: refresh._id, state: 'withheld' }).lean()).length, 1);
    await decideWithheld(office.district, refresh);
    assert.equal(await withheld(), 0);
    assert.ok((await studentsIn(_id, from)).length > 0, 'it has not followed');
    await office.district.sync(_id);
    assert.equal(await withheld(), 0);
    assert.deepEqual(await studentsIn(_id, from), []);
  });

  it('together with many others is still asked about', async () => {
    const [, to] = await twoTerms();
    const others = await Section.find({ status: 'active', term: { $ne: to.term } }).lean();
    const moved = new Set(to.studentIds);
    for (const one of others) {
      sandbox().change(one.record.id, { students: [] });
      for (const id of one.studentIds) moved.add(id);
    }
    for (const { record } of await Section.find({ status: 'active', term: to.term }).lean())
      sandbox().change(record.id, { students: [...moved] });
    await office.district.sync();
    assert.ok((await RosterChange.find({ state: 'withheld', kind: 'classStudents' }).lean()).length > 0);
  });
});

describe('a withheld list of which a part is back', () => {
  let office: Office;
  beforeEach(async () => (office = await Office.open()));
  afterEach(() => office.close());

  it('is judged again if other classes are completely back: a handful who leave is not asked about', async () => {
    const { sandbox } = office.district;
    const sections = await Section.find({ status: 'active', 'studentIds.0': { $exists: true } })
      .sort({ _id: 1 })
      .lean();
    for (const { record } of sections) sandbox.change(record.id, { students: [] });
    await office.district.sync();
    // All but one student of each of the first three come back, and all of the others.
    const short = sections.filter(({ studentIds }) => studentIds.length > 2).slice(0, 3);
    for (const { record, studentIds } of sections) {
      const isShort = short.some((one) => one.record.id === record.id);
      sandbox.change(record.id, { students: isShort ? studentIds.slice(1) : studentIds });
    }
    const run = await office.district.sync();
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    assert.equal((await office.district.refreshOf(run)).counts.sectionStudents?.removed, 3);
  });

  it('does not withhold others who leave meanwhile', async () => {
    const { sandbox } = office.district;
    const sections = await Section.find({ status: 'active', 'studentIds.3': { $exists: true } })
      .sort({ _id: 1 })
      .lean();
    const chosen = sections.slice(0, 4);
    const other = sections.find(
      ({ studentIds }) => !chosen.some((one) => one.studentIds.includes(studentIds[0] ?? '')),
    );
    assert.ok(other);
    for (const { record } of chosen) sandbox.change(record.id, { students: [] });
    await office.district.sync();
    for (const { record, studentIds } of chosen) sandbox.change(record.id, { students: studentIds.slice(1) });
    sandbox.change(other.record.id, { students: other.studentIds.slice(1) });
    const run = await office.district.sync();
    const rows = await RosterChange.find({ state: 'withheld' }).lean();
    assert.deepEqual(
      rows.map(({ target }) => String(target)).sort(),
      chosen.map(({ _id }) => String(_id)).sort(),
    );
    const { counts } = await office.district.refreshOf(run);
    assert.deepEqual([counts.sectionStudents?.withheld, counts.sectionStudents?.removed], [4, 1]);
    const stored = await Section.findById(other._id).orFail().lean();
    assert.deepEqual(stored.studentIds, other.studentIds.slice(1));
  });

  it('stays withheld with the rest if each class is partly back, and the page shows their number and names', async () => {
    const { sandbox } = office.district;
    const sections = await Section.find({ status: 'active', 'studentIds.2': { $exists: true } })
      .sort({ _id: 1 })
      .lean();
    const chosen = sections.slice(0, 4);
    for (const { record } of chosen) sandbox.change(record.id, { students: [] });
    await office.district.sync();
    for (const { record, studentIds } of chosen) sandbox.change(record.id, { students: studentIds.slice(1) });
    const run = await office.district.sync();
    const rows = await RosterChange.find({ state: 'withheld' }).lean();
    assert.deepEqual(
      rows.map(({ target, size }) => [String(target), size]).sort(),
      chosen.map(({ _id }) => [String(_id), 1]).sort(),
    );
    assert.equal((await office.district.refreshOf(run)).counts.sectionStudents?.withheld, 4);
    const page = (await office.visitor.get(`/importer/refreshes/${String(run.refresh)}/withheld`)).text;
    assert.match(page, /4 enrollments are missing from Clever\. Nobody has reviewed them yet/);
    assert.match(page, /4 enrollments end/);
    for (const { name, studentIds } of chosen) {
      const { firstName, lastName } = await Contact.findOne({ 'record.id': studentIds[0] }).orFail().lean();
      assert.match(page, new RegExp(`${name}</th>.*− ${firstName} ${lastName}</td>`));
    }
    // Once all are back, there is no question any more.
    for (const { record, studentIds } of chosen) sandbox.change(record.id, { students: studentIds });
    await office.district.sync();
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
  });
});
