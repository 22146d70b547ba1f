import assert from 'node:assert/strict';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { Section } from '../../server/models/section.js';
import { Office } from '../support/roster/office.js';
import { sayResult } from '../support/say-run.js';

describe('ties of a few people, or of people who went elsewhere, that the source no longer has', () => {
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

  it('of one class with all its students are withheld; the other changes of that night come in', async () => {
    const booked = await office.book(5);
    const item = await Class.findById(
      booked.class ?? (await Class.findOne({ 'synced.students': booked.students[0] })),
    )
      .orFail()
      .lean();
    const section = await Section.findById(item.section).orFail().lean();
    sandbox().change(section.record.id, { students: [], name: 'Renamed' });
    const run = await office.sync();
    const after = await Class.findById(item._id).orFail().lean();
    assert.deepEqual(after.synced.students, item.synced.students);
    assert.equal(after.synced.name, 'Renamed');
    const [row] = await office.withheld('sectionStudents');
    assert.equal(row?.size, section.studentIds.length);
    assert.equal((await office.district.refreshOf(run)).counts.section?.changed, 1);
  });

  it('withheld for one class do not withhold others in the following nights', async () => {
    await office.book(5);
    const { class: of } = await Appointment.findOne().orFail().lean();
    const student = (await Appointment.findOne().orFail().lean()).students[0];
    const item = await Class.findOne(of ? { _id: of } : { 'synced.students': student })
      .orFail()
      .lean();
    const emptied = await Section.findById(item.section).orFail().lean();
    sandbox().change(emptied.record.id, { students: [] });
    await office.sync();
    const rows = await office.withheld('sectionStudents');
    assert.equal(rows.length, 1);
    const other = (await sections()).find(
      ({ _id, studentIds }) => !_id.equals(emptied._id) && studentIds.length > 4,
    );
    assert.ok(other);
    const now = other.studentIds.slice(1);
    sandbox().change(other.record.id, { students: now });
    for (let count = 0; count < 2; count += 1) {
      const run = await office.sync();
      assert.deepEqual((await Section.findById(other._id).orFail().lean()).studentIds, now);
      assert.deepEqual(
        (await office.withheld('sectionStudents')).map(({ target }) => String(target)),
        [String(emptied._id)],
      );
      assert.match(sayResult(run), count === 0 ? /1 enrollment ended/ : /./);
    }
    assert.deepEqual((await Section.findById(emptied._id).orFail().lean()).studentIds, emptied.studentIds);
  });

  it('of a handful who move or leave a class are not asked about', async () => {
    const large = (await sections()).filter(({ studentIds }) => studentIds.length > 4);
    const [one] = large;
    const other = large.find(({ studentIds }) => !studentIds.some((id) => one?.studentIds.includes(id)));
    assert.ok(one && other);
    const [moved = '', left = ''] = one.studentIds;
    sandbox().change(one.record.id, { students: one.studentIds.filter((id) => id !== moved && id !== left) });
    sandbox().change(other.record.id, { students: [...other.studentIds, moved] });
    const run = await office.sync();
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    const refresh = await office.district.refreshOf(run);
    assert.deepEqual(
      (
        await Section.find({ _id: { $in: [one._id, other._id] } })
          .sort({ _id: 1 })
          .lean()
      ).map(({ studentIds }) => studentIds.length),
      [one, other]
        .sort((a, b) => (String(a._id) < String(b._id) ? -1 : 1))
        .map((of) => of.studentIds.length + (of === one ? -2 : 1)),
    );
    assert.equal(refresh.counts.sectionStudents?.removed, 1, 'who moved has not lost a place');
    assert.match(sayResult(run), /1 enrollment ended/);
  });

  it('of people who are in another class instead are not asked about, however many', async () => {
    const all = await sections();
    const lists = all.map(({ studentIds }) => studentIds);
    // Each class gets the students of the next one.
    for (const [index, { record }] of all.entries())
      sandbox().change(record.id, { students: lists[(index + 1) % lists.length] ?? [] });
    await office.sync();
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
  });

  it('of people who left end with them, and are not counted', async () => {
    office.leave(5);
    const run = await office.sync();
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    const { counts } = await office.district.refreshOf(run);
    assert.deepEqual([counts.student?.removed, counts.sectionStudents?.removed ?? 0], [5, 0]);
    assert.equal(run.counts.classStudents?.removed ?? 0, 0);
  });

  it('of people who went to a school that is not matched end with them', async () => {
    const { sandbox: clever } = office.district;
    for (let index = 0; index < 25; index += 1)
      clever.change(clever.idOf('student', index), {
        roles: { student: { school: 'ffffffffffffffffffffffff', schools: [] } },
      });
    const ids = Array.from({ length: 25 }, (_, index) => clever.idOf('student', index));
    for (const { record, studentIds } of await sections())
      clever.change(record.id, { students: studentIds.filter((id) => !ids.includes(id)) });
    const run = await office.sync();
    const { counts } = await office.district.refreshOf(run);
    assert.deepEqual([counts.student?.withheld, counts.sectionStudents?.withheld ?? 0], [25, 0]);
  });
});
