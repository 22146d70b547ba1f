import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { Section } from '../../server/models/section.js';
import { SyncRun } from '../../server/models/sync-run.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { Office } from '../support/roster/office.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { decideWithheld } from '../support/roster/decide-withheld.js';

const by = new Types.ObjectId();
const ROLES = ['students', 'teachers'] as const;
type Role = (typeof ROLES)[number];
type How = 'full' | 'events';

describe('a class without appointments whose list comes back empty or with unknown ids', function () {
  let office: Office;
  before(async () => (office = await Office.open()));
  after(() => office.close());
  let nights = 0;

  const sandbox = () => office.district.sandbox;
  const withheld = (kind: string) => RosterChange.find({ state: 'withheld', kind }).lean();
  const night = async (how: How): Promise<SyncRun> => {
    const run =
      how === 'full'
        ? await office.district.sync()
        : await office.district.start({ trigger: 'nightly', night: `night ${String((nights += 1))}` });
    assert.equal(run.state, 'done', sayResult(run));
    assert.equal((await office.district.refreshOf(run)).how, how);
    return run;
  };
  const patchOf = (role: Role, list: unknown) =>
    role === 'students'
      ? { students: list }
      : { teachers: list, teacher: Array.isArray(list) ? (list[0] ?? '') : list };
  /** An active section with a class, of at least this many students. */
  const aSection = async (most: number, least = most) => {
    const found = await Section.find({ status: 'active', 'teacherIds.0': { $exists: true } })
      .sort({ _id: 1 })
      .lean();
    const fits = found.find(({ studentIds: { length } }) => length >= least && length <= most);
    assert.ok(fits);
    return fits;
  };
  const idsOf = (section: Section, role: Role) =>
    role === 'students' ? section.studentIds : section.teacherIds;
  const restore = async (section: Section) => {
    const { record, studentIds, teacherIds } = section;
    sandbox().change(record.id, { ...patchOf('students', studentIds), ...patchOf('teachers', teacherIds) });
    await night('full');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
  };

  for (const role of ROLES)
    for (const [name, list] of [
      ['empty', []],
      ['null', null],
      ['missing', undefined],
      ['of ids that nobody has', ['1', '2']],
    ] as const)
      for (const how of ['full', 'events'] as const)
        it(`${role}: ${name}, in a night by ${how === 'full' ? 'full download' : 'events'}`, async () => {
          const section = await aSection(99, 3);
          const before = (await wholeRoster()).filter(({ text }) => text.includes('"class"'));
          sandbox().change(section.record.id, patchOf(role, list));
          const run = await night(how);
          const kind = role === 'students' ? 'sectionStudents' : 'sectionTeachers';
          assert.deepEqual(
            (await withheld(kind)).map(({ target, size }) => [String(target), size]),
            [[String(section._id), idsOf(section, role).length]],
          );
          assert.deepEqual(
            (await wholeRoster()).filter(({ text }) => text.includes('"class"')),
            before,
          );
          assert.match(sayResult(run), /(enrollments?|teaching assignments?) waiting for your review/);
          assert.match(
            sayRemarks(await office.district.refreshOf(run)).join(),
            /would have no students or no teachers/,
          );
          await restore(section);
        });

  for (const role of ROLES)
    it(`${role}: a preview says so and notes the same; accepted they go, in the class too, and come back with the source`, async () => {
      const section = await aSection(99, 3);
      const before = await wholeRoster();
      sandbox().change(section.record.id, patchOf(role, []));
      const preview = await office.preview();
      const kind = role === 'students' ? 'Students' : 'Teachers';
      const { length } = idsOf(section, role);
      assert.equal(preview.counts[`class${kind}`]?.removed, length);
      assert.match(sayResult(preview), /would end/);
      const told = sayRemarks(await office.district.refreshOf(preview)).join();
      assert.match(told, /no students or no teachers\. A sync keeps them until you review them/);
      const run = await night('full');
      await decideWithheld(office.district, await office.district.refreshOf(run));
      const item = await Class.findOne({ section: section._id }).orFail().lean();
      assert.deepEqual(item.synced[role], []);
      await night('full');
      assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
      await restore(section);
      assert.deepEqual(await wholeRoster(), before);
    });

  for (const role of ROLES)
    for (const between of ['nothing', 'a full sync'] as const)
      it(`${role}: accepted for one class, they come back by undo of that, ${between} between`, async () => {
        const section = await aSection(99, 3);
        sandbox().change(section.record.id, patchOf(role, []));
        const run = await night('full');
        const before = await wholeRoster();
        const decided = await decideWithheld(office.district, await office.district.refreshOf(run));
        assert.notDeepEqual(await wholeRoster(), before);
        if (between === 'a full sync') await night('full');
        const followed = await SyncRun.findOne({ refresh: decided }).orFail().lean();
        const asked = { by, reason: '', whole: true, stopNightly: false };
        const undone = await undoRun(office.district.deps, followed, asked);
        assert.ok(undone.ok);
        assert.equal((await office.district.work(undone.run)).state, 'done');
        assert.deepEqual(await wholeRoster(), before);
        // The source still says that nobody is in it, so it asks again.
        await night('full');
        assert.deepEqual(
          (await RosterChange.find({ state: 'withheld' }).lean()).map(({ target }) => String(target)),
          [String(section._id)],
        );
        await restore(section);
      });

  it('withheld teachers keep their order: an unknown one does not become the first', async () => {
    const section = await aSection(99, 3);
    const [primary = ''] = section.teacherIds;
    const others = await Section.distinct('teacherIds', { status: 'active' });
    const second = others.find((id) => id !== primary && id > primary) ?? assert.fail();
    sandbox().change(section.record.id, { teacher: primary, teachers: [primary, second] });
    await night('full');
    sandbox().change(section.record.id, { teacher: '0-nobody', teachers: ['0-nobody'] });
    await night('full');
    const { teacherIds } = await Section.findById(section._id).orFail().lean();
    assert.deepEqual(teacherIds, [primary, ...['0-nobody', second].sort()]);
    const item = await Class.findOne({ section: section._id }).orFail().lean();
    const first = await Contact.findById(item.synced.teachers[0]).orFail().lean();
    assert.equal(first.record?.id, primary);
    await restore(Object.assign({}, section, { teacherIds: [primary, second] }));
    await restore(section);
  });

  it('somebody who left in an earlier night is not asked about when the list follows, by events and in full', async () => {
    const section = await aSection(99, 3);
    const [, ...others] = section.studentIds;
    for (const id of others) sandbox().remove(id);
    await night('events');
    sandbox().change(section.record.id, { students: [] });
    const run = await night('events');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    const { counts } = await office.district.refreshOf(run);
    assert.equal(counts.sectionStudents?.removed, 1);
    for (const id of others) sandbox().restore(id);
    await restore(section);
  });

  it('is not doubted if its people left the source, if the class itself did, or if it had only one student', async () => {
    const section = await aSection(99, 3);
    for (const id of section.studentIds) sandbox().remove(id);
    sandbox().change(section.record.id, { students: [] });
    await night('full');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    assert.deepEqual((await Section.findById(section._id).orFail().lean()).studentIds, []);

    const single = await Section.findOne({ 'studentIds.1': { $exists: true }, status: 'active' })
      .orFail()
      .lean();
    const [only = ''] = single.studentIds;
    sandbox().change(single.record.id, { students: [only] });
    await night('full');
    sandbox().change(single.record.id, { students: [] });
    await night('events');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    assert.deepEqual((await Section.findById(single._id).orFail().lean()).studentIds, []);

    const other = await aSection(99, 2);
    sandbox().removeSection(other.record.id);
    await night('events');
    assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
    assert.equal((await Section.findById(other._id).orFail().lean()).status, 'archived');
  });
});
