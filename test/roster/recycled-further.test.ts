import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Contact } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { RecycledId } from '../support/roster/recycled-id.js';
import { sayRemarks } from '../support/say-run.js';

const HOME = '/global-setup/duplicates';
const by = new Types.ObjectId();

describe('a further record id of a merged contact that is given to somebody else', function () {
  let of: RecycledId;
  beforeEach(async () => (of = await RecycledId.begin()));
  afterEach(() => of.close());

  /**
   * The district lists Betsy twice, and somebody merges the two.
   * @returns the further id
   */
  async function listTwice(): Promise<string> {
    const { sandbox, deps, account } = of.nights.district;
    const arrived = sandbox.advanceNight().arrived.find((one) => sandbox.read(one) && one !== of.id);
    assert.ok(arrived);
    const { roles, name } = sandbox.read(of.id) as { name: object; roles: { student: { dob: string } } };
    const was = sandbox.read(arrived) as { roles: { student: object } };
    sandbox.change(arrived, { name, roles: { student: { ...was.roles.student, dob: roles.student.dob } } });
    await of.nights.district.sync();
    const contact = await Contact.findOne({ 'record.id': arrived }).orFail().lean();
    const pair = { contact: contact._id, candidate: of.betsy._id, reason: { code: 'birth' as const } };
    await noteDuplicates(account, [pair], new Date());
    const merged = await mergeContacts(
      deps,
      { account, user: by },
      of.betsy._id,
      contact._id,
      keepOfLost(deps),
    );
    assert.deepEqual(merged, { ok: true });
    await of.nights.district.sync();
    of.betsy = await of.stored();
    of.classes = await of.classesOf(of.betsy._id);
    assert.deepEqual([of.betsy.record?.also, await open()], [[arrived], 0]);
    return arrived;
  }
  const open = () => Duplicate.countDocuments({ state: 'open', recycled: 'id' });
  const night = async (how: 'full' | 'events') =>
    how === 'full' ? of.nights.district.refreshOf(await of.nights.district.sync()) : of.nights.night();
  /** Betsy is unchanged and in her classes. */
  async function stays(): Promise<void> {
    const { firstName, status, birthDate } = await of.stored();
    assert.deepEqual([firstName, status, birthDate], [of.betsy.firstName, 'active', of.betsy.birthDate]);
    assert.deepEqual([await of.classesOf(of.betsy._id), await of.stateOf()], [of.classes, 'booked']);
    assert.equal(await Contact.countDocuments({ firstName: 'William', lastName: 'Johns' }), 0);
  }
  /** William has everything that was under the id. */
  function recycle(further: string): void {
    const { sandbox } = of.nights.district;
    of.renameTo(further);
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const section = sandbox.idOf('section', index);
      const { students = [] } = (sandbox.read(section) ?? {}) as { students?: string[] };
      if (students.includes(further))
        sandbox.change(section, { students: students.filter((other) => other !== further) });
      else if (index % 7 === 0) sandbox.change(section, { students: [...students, further] });
    }
  }

  for (const how of ['full', 'events'] as const) {
    it(`is a doubt while the main one is listed (${how}); the same person stays who they are, and is not asked about again`, async () => {
      const further = await listTwice();
      recycle(further);
      for (let count = 0; count < 2; count += 1) {
        const refresh = await night(how);
        assert.equal(refresh.how, how);
        await stays();
        assert.equal(await open(), 1);
      }
      // The main record stays Betsy's.
      of.nights.district.sandbox.change(of.id, {
        name: { first: of.betsy.firstName, middle: 'M', last: 'Married' },
      });
      await night(how);
      assert.deepEqual([(await of.stored()).lastName, await open()], ['Married', 1]);
      await stays();
      assert.match((await of.office.get(HOME)).text, /Since a merge this is a second ID of/);
      assert.match((await of.decide('same')).text, /Both records stay those of/);
      assert.match((await of.decide('same', 'yes')).text, /Both records belong to .*, as before/);
      for (let count = 0; count < 2; count += 1) {
        await night(how);
        const { firstName, record } = await of.stored();
        assert.deepEqual([firstName, record?.id, record?.also], [of.betsy.firstName, of.id, [further]]);
        assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
      }
    });

    it(`becomes a contact of its own (${how}), and the other one stays under the main id`, async () => {
      const further = await listTwice();
      recycle(further);
      await night(how);
      await stays();
      assert.match((await of.decide('different')).text, /stays under their own ID/);
      await night(how);
      await night(how);
      const william = await Contact.findOne({ 'record.id': further }).orFail().lean();
      assert.deepEqual([william.firstName, william.status], ['William', 'active']);
      assert.ok((await of.classesOf(william._id)).length > 0);
      const { firstName, status, record } = await of.stored();
      assert.deepEqual([firstName, status, record?.id], [of.betsy.firstName, 'active', of.id]);
      assert.deepEqual([record?.also ?? [], record?.further ?? []], [[], []]);
      assert.equal(await open(), 0);
    });
  }

  it('is not asked about if the district takes it back, or if a name changes step by step', async () => {
    const further = await listTwice();
    const { sandbox } = of.nights.district;
    const was = sandbox.read(further) as { name: object; roles: { student: object }; email: string };
    recycle(further);
    await of.nights.district.sync();
    assert.equal(await open(), 1);
    sandbox.change(further, was);
    await of.nights.district.sync();
    assert.equal(await open(), 0);
    // First a marriage, then a corrected birth date: each changes only one fact.
    const { student } = was.roles;
    sandbox.change(further, { name: { first: 'Quentina', middle: '', last: 'Zzyzx' } });
    await of.nights.district.sync();
    sandbox.change(further, { roles: { student: { ...student, dob: '1/1/2011' } } });
    await of.nights.district.sync();
    assert.equal(await open(), 0);
  });

  it('is not asked about if the merge stored nothing about it, but the next change is', async () => {
    const further = await listTwice();
    await Contact.updateOne({ _id: of.betsy._id }, { $unset: { 'record.further': 1 } });
    const { sandbox } = of.nights.district;
    const { roles } = sandbox.read(further) as { roles: { student: object } };
    sandbox.change(further, {
      name: { first: 'Quentin', middle: '', last: 'Zzyzx' },
      roles: { student: { ...roles.student, dob: '1/1/2011' } },
    });
    await of.nights.district.sync();
    assert.equal(await open(), 0);
    recycle(further);
    await of.nights.district.sync();
    assert.equal(await open(), 1);
    await stays();
  });

  it('is not doubted if it replaces a main id that goes; the former main id is judged when it is back', async () => {
    const further = await listTwice();
    const { sandbox } = of.nights.district;
    sandbox.remove(of.id);
    await of.nights.district.sync();
    const { record, firstName } = await of.stored();
    assert.deepEqual([record?.id, record?.also, firstName], [further, [of.id], of.betsy.firstName]);
    assert.deepEqual(
      record?.further?.map(({ id }) => id),
      [of.id],
    );
    sandbox.restore(of.id);
    of.renameTo(of.id);
    await of.nights.district.sync();
    assert.equal(await open(), 1);
    assert.equal((await of.stored()).firstName, of.betsy.firstName);
  });

  it('shows in a preview, which writes nothing', async () => {
    const further = await listTwice();
    recycle(further);
    const before = await Contact.find().sort({ _id: 1 }).lean();
    const preview = await of.nights.district.start({ trigger: 'preview', purpose: 'preview' });
    const refresh = await of.nights.district.refreshOf(preview);
    assert.match(sayRemarks(refresh).join(' '), /1 ID now has a different name/);
    assert.equal(preview.counts.appointment?.changed ?? 0, 0);
    assert.deepEqual(await Contact.find().sort({ _id: 1 }).lean(), before);
    assert.equal(await open(), 0);
  });

  it('is doubted if the main id is gone, even after a merge that stored nothing about it', async () => {
    const { account, sandbox } = of.nights.district;
    const further = of.id;
    const main = 'a'.repeat(24);
    await Contact.updateOne(
      { _id: of.betsy._id, account },
      { $set: { 'record.id': main, 'record.also': [further] } },
    );
    const was = sandbox.read(further) as { roles: { student: object } };
    sandbox.change(further, {
      name: { first: 'William', middle: '', last: 'Johns' },
      email: 'wjohns@school.example',
      roles: { student: { ...was.roles.student, dob: '3/2/2014' } },
    });
    for (let count = 0; count < 2; count += 1) {
      await of.nights.district.sync();
      const { firstName, status } = await Contact.findById(of.betsy._id).orFail().lean();
      assert.deepEqual([firstName, status], [of.betsy.firstName, 'active']);
      assert.equal(await Duplicate.countDocuments({ state: 'open', recycled: 'id' }), 1);
    }
    await of.decide('different');
    await of.nights.district.sync();
    const arrived = await Contact.findOne({ 'record.id': further }).orFail().lean();
    assert.deepEqual([arrived.firstName, arrived.status], ['William', 'active']);
    const older = await Contact.findById(of.betsy._id).orFail().lean();
    assert.deepEqual([older.firstName, older.record?.also ?? []], [of.betsy.firstName, []]);
    assert.equal(await Duplicate.countDocuments({ state: 'open', recycled: 'id' }), 0);
  });
});
