import assert from 'node:assert/strict';
import { Contact } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Household } from '../../server/models/household.js';
import { RecycledId } from '../support/roster/recycled-id.js';
import { sayRemarks } from '../support/say-run.js';

const HOME = '/global-setup/duplicates';

describe('a record id that is given to somebody else', () => {
  let of: RecycledId;
  beforeEach(async () => (of = await RecycledId.begin()));
  afterEach(() => of.close());

  for (const how of ['full', 'events'] as const) {
    const night = async () => {
      if (how === 'full') return of.nights.district.refreshOf(await of.nights.district.sync());
      return of.nights.night();
    };

    it(`is a doubt for a person (${how}), for as many nights as it takes; then the same person takes the change`, async () => {
      of.recycle();
      const refresh = await night();
      assert.equal(refresh.how, how);
      await of.staysAsItWas();
      assert.match(sayRemarks(refresh).join(' '), /1 ID now has a different name/);
      const page = (await of.office.get(HOME)).text;
      assert.match(page, /Same ID, but different name[^<]*birth date/);
      assert.match(page, /William Johns[\s\S]*Same person[\s\S]*Different person/);
      for (let count = 0; count < 2; count += 1) {
        await night();
        await of.staysAsItWas();
        assert.equal(await Duplicate.countDocuments(), 1);
      }
      assert.match(
        (await of.decide('same')).text,
        /the same person as William Johns\?[\s\S]*cannot be undone/,
      );
      await of.staysAsItWas();
      assert.match((await of.decide('same', 'yes')).text, /is now William Johns/);
      const now = await of.stored();
      assert.deepEqual([now.firstName, now.birthDate, now.status], ['William', '2014-03-02', 'active']);
      await night();
      assert.deepEqual(String((await of.stored())._id), String(of.betsy._id));
      assert.notDeepEqual(await of.classesOf(of.betsy._id), of.classes);
      assert.deepEqual(
        (await of.mother()).relations.map(({ student }) => student),
        [of.id],
      );
      assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
      await night();
      assert.equal((await of.stored()).firstName, 'William');
      assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
    });

    it(`gets a contact of its own when somebody says so (${how}), and her family sees nothing of him`, async () => {
      of.recycle();
      await night();
      assert.match((await of.decide('different')).text, /William Johns now has a separate contact/);
      for (let count = 0; count < 3; count += 1) {
        const william = await Contact.findOne({ 'record.id': of.id }).orFail().lean();
        assert.deepEqual([william.firstName, william.status], ['William', 'active']);
        const her = await of.stored();
        assert.deepEqual(
          [her.firstName, her.status, her.record],
          [of.betsy.firstName, 'transferred', undefined],
        );
        const [house] = await Household.find().lean();
        assert.deepEqual(
          house?.children.map(({ student }) => String(student)),
          [String(of.betsy._id)],
        );
        assert.deepEqual(
          (await of.mother()).relations.map(({ student }) => student),
          [of.id],
        );
        const tiedNow = await Contact.find({ 'relations.student': of.id, _id: { $in: of.tied } }).lean();
        assert.deepEqual(tiedNow, []);
        await night();
        // This is after the classes have followed.
        assert.ok((await of.classesOf(william._id)).length > 0);
        assert.deepEqual(await of.classesOf(of.betsy._id), []);
        assert.equal(await of.stateOf(), 'problem');
      }
      assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
    });
  }

  it('is settled when the district takes it back', async () => {
    const { sandbox } = of.nights.district;
    const was = sandbox.read(of.id) as { name: object; roles: { student: object } };
    of.recycle();
    await of.nights.district.sync();
    assert.equal(await Duplicate.countDocuments({ state: 'open' }), 1);
    sandbox.change(of.id, { name: was.name, roles: was.roles });
    await of.nights.district.sync();
    assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
    assert.equal((await of.stored()).firstName, of.betsy.firstName);
  });

  it('is also a doubt for somebody who had left', async () => {
    of.nights.district.sandbox.removeStudent(of.id);
    await of.nights.district.sync();
    assert.equal((await of.stored()).status, 'transferred');
    of.nights.district.sandbox.restore(of.id);
    of.recycle();
    await of.nights.district.sync();
    assert.deepEqual(
      [(await of.stored()).status, (await of.stored()).firstName],
      ['transferred', of.betsy.firstName],
    );
    await of.decide('different');
    assert.equal((await Contact.findOne({ 'record.id': of.id }).orFail().lean()).firstName, 'William');
  });

  it('accepts a nickname and a marriage', async () => {
    of.nights.district.sandbox.change(of.id, { name: { first: 'Bets', middle: '', last: 'Married' } });
    await of.nights.district.sync();
    assert.deepEqual([(await of.stored()).firstName, (await of.stored()).lastName], ['Bets', 'Married']);
    assert.equal(await Duplicate.countDocuments(), 0);
  });
});
