import assert from 'node:assert/strict';
import type { Kind } from '../../server/sandbox/identify.js';
import { RosterChange } from '../../server/models/roster-change.js';
import { Section } from '../../server/models/section.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { startSyncedDistrict, type TestDistrict } from '../support/roster/district.js';
import { wholeRoster } from '../support/roster/whole-roster.js';

const SPOILT = [
  ['blank', ''],
  ['with spaces', '12 34'],
  ['of another record', 'other'],
] as const;

const KINDS: [Kind, number, string][] = [
  ['student', 3, 'students'],
  ['teacher', 1, 'teachers'],
  ['staff', 1, 'staff'],
  ['contact', 4, 'guardians'],
  ['section', 2, 'sections'],
  ['term', 0, 'terms'],
  ['course', 2, 'courses'],
];

describe('records of Clever’s that do not say whom they are about', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startSyncedDistrict({ students: 60 });
  });
  afterEach(() => district.close());

  const here = async () => (await wholeRoster()).filter((line) => line.here);
  const sync = async () => {
    const run = await district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    return district.refreshOf(run);
  };

  for (const [kind, index, plural] of KINDS)
    for (const [name, spoilt] of SPOILT)
      it(`${plural}, an id that is ${name}: nobody is removed, nor taken out of a class`, async () => {
        const { sandbox } = district;
        const before = await here();
        const id = spoilt === 'other' ? sandbox.idOf(kind, index + 1) : spoilt;
        sandbox.change(sandbox.idOf(kind, index), { id });
        const refresh = await sync();
        assert.deepEqual(await here(), before);
        assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
        assert.match(
          sayRemarks(refresh).join(),
          new RegExp(`1 record in the list of ${plural} can’t be told apart.*No ${plural} were removed`),
        );
        // The next night reads everything again, and by then it is really gone.
        sandbox.change(sandbox.idOf(kind, index), { id: sandbox.idOf(kind, index) });
        sandbox.remove(sandbox.idOf(kind, index));
        const night = await district.start({ trigger: 'nightly', night: 'next' });
        assert.equal((await district.refreshOf(night)).how, 'full');
        assert.notDeepEqual(await here(), before);
      });

  for (const [name, list] of [
    ['a number', [12]],
    ['blank', ['']],
    ['null', [null]],
  ] as const)
    it(`a class that names a student by ${name} keeps all it has, and goes by the rest of the record`, async () => {
      const section = await Section.findOne({ 'studentIds.2': { $exists: true } })
        .orFail()
        .lean();
      const [first = ''] = section.studentIds;
      district.sandbox.change(section.record.id, {
        name: 'Renamed',
        students: [first, ...list] as string[],
        teachers: [...list] as string[],
        teacher: null,
      });
      const refresh = await sync();
      const after = await Section.findById(section._id).orFail().lean();
      assert.deepEqual(
        [after.name, after.studentIds, after.teacherIds],
        ['Renamed', section.studentIds, section.teacherIds],
      );
      assert.match(
        sayRemarks(refresh).join(),
        /In 1 class, an ID can’t be read, so nobody was removed from it/,
      );
      const state = await wholeRoster();
      await sync();
      assert.deepEqual(await wholeRoster(), state);
    });

  for (const [name, listOf] of [
    ['one id', (ids: string[]) => ids[1]],
    ['an object', (ids: string[]) => Object.fromEntries(ids.entries())],
    ['a number', () => 7],
  ] as const)
    for (const how of ['full', 'events'] as const)
      it(`a class whose list of people is ${name} and no list keeps all it has (${how})`, async () => {
        const section = await Section.findOne({ 'studentIds.2': { $exists: true } })
          .orFail()
          .lean();
        district.sandbox.change(section.record.id, {
          name: 'Renamed',
          students: listOf(section.studentIds),
          teachers: listOf(section.studentIds),
          teacher: null,
        });
        const run =
          how === 'full'
            ? await district.sync()
            : await district.start({ trigger: 'nightly', night: 'by events' });
        assert.equal(run.state, 'done', sayResult(run));
        assert.equal((await district.refreshOf(run)).how, how);
        const after = await Section.findById(section._id).orFail().lean();
        assert.deepEqual(
          [after.name, after.studentIds, after.teacherIds],
          ['Renamed', section.studentIds, section.teacherIds],
        );
        assert.equal(await RosterChange.countDocuments({ state: 'withheld' }), 0);
      });

  it('a section without a school is not taken, and stays', async () => {
    const before = await here();
    district.sandbox.change(district.sandbox.idOf('section', 3), { school: '' });
    await sync();
    assert.deepEqual(await here(), before);
  });

  for (const [name, ties] of [
    ['names a child by no id', [{ student: '', type: 'Primary' }]],
    ['has no list of children but something else', { student: 'x', type: 'Primary' }],
  ] as const)
    for (const how of ['full', 'events'] as const)
      it(`a guardian who ${name} keeps the children they have (${how})`, async () => {
        const before = await here();
        const { sandbox } = district;
        const id = sandbox.idOf('contact', 4);
        const { roles } = sandbox.read(id) as { roles: { contact: object } };
        sandbox.change(id, {
          roles: {
            ...roles,
            contact: { ...roles.contact, student_relationships: ties },
          },
        });
        const run =
          how === 'full'
            ? await district.sync()
            : await district.start({ trigger: 'nightly', night: 'by events' });
        assert.equal((await district.refreshOf(run)).how, how);
        assert.deepEqual(
          (await here()).map(({ text }) => text.replace(/"[\w-]{43}"/g, '')),
          before.map(({ text }) => text.replace(/"[\w-]{43}"/g, '')),
        );
      });
});
