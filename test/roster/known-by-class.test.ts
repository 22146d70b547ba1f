import assert from 'node:assert/strict';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Section } from '../../server/models/section.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { startDistrict, type TestDistrict } from '../support/roster/district.js';

describe('people who are here only through a class', () => {
  let district: TestDistrict;
  beforeEach(async () => {
    district = await startDistrict({ students: 60 }, { CLEVER_PAGE_SIZE: '20' });
    const { sandbox } = district;
    for (let index = 0; index < 60; index += 1)
      sandbox.change(sandbox.idOf('student', index), { roles: { student: { school: '', schools: [] } } });
    for (let index = 0; index < 10; index += 1)
      sandbox.change(sandbox.idOf('teacher', index), { roles: { teacher: { school: '', schools: [] } } });
    assert.equal((await district.sync()).state, 'done');
  });
  afterEach(() => district.close());

  const here = async () => (await Contact.distinct('record.id', { status: 'active' })).map(String).sort();

  const FAULTS: [string, () => void][] = [
    ['forbidden', () => district.sandbox.share('section', '403')],
    ['empty', () => district.sandbox.share('section', 'empty')],
    [
      'broken off',
      () => district.sandbox.misbehave({ match: /sections.*starting_after/, kind: '413', times: 99 }),
    ],
  ];
  for (const [name, act] of FAULTS)
    it(`stay where the list of sections is ${name}, with their guardians`, async () => {
      const before = await here();
      assert.ok(before.some((id) => id === district.sandbox.idOf('student', 5)));
      act();
      const run = await district.sync();
      assert.equal(run.state, 'done', sayResult(run));
      assert.deepEqual(await here(), before);
      const { counts } = await district.refreshOf(run);
      assert.deepEqual(
        [counts.student?.withheld, counts.teacher?.withheld, counts.guardian?.withheld],
        [0, 0, 0],
      );
      district.sandbox.behave();
    });

  it('are counted once if several classes list them and they are not shared', async () => {
    const { sandbox } = district;
    for (let index = 0; index < 3; index += 1) sandbox.remove(sandbox.idOf('student', index));
    const gone = [0, 1, 2].map((index) => sandbox.idOf('student', index));
    const places = (await Section.find({ studentIds: { $in: gone } }).lean()).length;
    const run = await district.sync();
    const listed = new Set(
      (await Section.find({ status: 'active' }).lean()).flatMap(({ studentIds }) => studentIds),
    );
    const known = new Set(await here());
    const unknown = [...listed].filter((id) => !known.has(id)).length;
    assert.ok(places > 3 && unknown >= 3);
    assert.match(
      sayRemarks(run).join(),
      new RegExp(`Clever doesn’t share (\\d+ teachers? and )?${String(unknown)} students of these classes`),
    );
    assert.ok((await Class.countDocuments({ status: 'active' })) > 0);
  });
});
