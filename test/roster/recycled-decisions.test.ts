import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { NO_MAPPING } from '../../server/models/field-mapping.js';
import { Appointment } from '../../server/models/appointment.js';
import { Contact } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { keepOfLost } from '../../server/families/keep-appointments.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { makeUser, Visitor } from '../support/app.js';
import { live } from '../support/roster/crash.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { decideIdentity } from '../../server/duplicates/decide-identity.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { RecycledId } from '../support/roster/recycled-id.js';

const HOME = '/global-setup/duplicates';
const by = new Types.ObjectId();

describe('a decision about a record id that was given to somebody else', function () {
  let of: RecycledId;
  beforeEach(async () => (of = await RecycledId.begin()));
  afterEach(() => of.close());

  it('about two people whose ids were swapped leaves both as they are; once separated, each can be merged with their former contact, appointments included', async () => {
    const { sandbox, deps, account, event } = of.nights.district;
    const other = await Contact.findOne({
      type: 'student',
      status: 'active',
      firstName: { $ne: of.betsy.firstName },
      lastName: { $ne: of.betsy.lastName },
      birthDate: { $nin: [of.betsy.birthDate, ''] },
      _id: { $in: (await bookable(event)).flatMap(({ synced }) => synced.students[0] ?? []) },
    })
      .orFail()
      .lean();
    const item = (await bookable(event)).find(({ synced }) => synced.students[0]?.equals(other._id));
    const also = await bookIn(item ?? assert.fail(), other._id);
    const swapped = new Map([
      [of.id, other.record?.id ?? ''],
      [other.record?.id ?? '', of.id],
    ]);
    const told = [...swapped.keys()].map((one) => [one, sandbox.read(one)!] as const);
    for (const [one, { name, roles }] of told) sandbox.change(swapped.get(one) ?? '', { name, roles });
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const section = sandbox.idOf('section', index);
      const { students } = sandbox.read(section) as { students: string[] };
      sandbox.change(section, { students: students.map((one) => swapped.get(one) ?? one) });
    }
    await of.nights.district.sync();
    const pairs = await Duplicate.find({ state: 'open', recycled: 'id' }).lean();
    assert.equal(pairs.length, 2);
    for (const { _id } of pairs)
      assert.ok((await decideIdentity(deps, { account, user: by }, _id, 'different')).ok);
    await of.nights.district.sync();
    for (const [who, appointment] of [
      [of.betsy, of.booked],
      [other, also],
    ] as const) {
      const open = await Duplicate.findOne({ state: 'open', candidate: who._id }).orFail().lean();
      assert.deepEqual(open.reason, { code: 'birth' });
      const merged = await mergeContacts(
        deps,
        { account, user: by },
        who._id,
        open.contact,
        keepOfLost(deps),
      );
      assert.deepEqual(merged, { ok: true });
      await of.nights.district.sync();
      const now = await Appointment.findById(appointment).orFail().lean();
      assert.deepEqual([now.state, now.students], ['booked', [who._id]]);
      const kept = await Contact.findById(who._id).orFail().lean();
      assert.deepEqual([kept.firstName, kept.status], [who.firstName, 'active']);
    }
    assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
  });

  it('that is cut off anywhere is finished by the next sync', async () => {
    const { deps, account } = of.nights.district;
    of.recycle();
    await of.nights.district.sync();
    const pair = await Duplicate.findOne({ state: 'open' }).orFail().lean();
    const from = await takeSnapshot();
    const deciding = () => decideIdentity(deps, { account, user: by }, pair._id, 'different');
    const outcome = async () => {
      await of.nights.district.sync();
      const roster = await wholeRoster();
      const pairs = (await Duplicate.find().lean()).map(({ state, contact }) =>
        [state, String(contact)].join(),
      );
      const never = (await Contact.find({ notTied: { $exists: true } }).lean()).map(({ _id }) => String(_id));
      return { roster, pairs, never };
    };
    const { writes } = await live(deciding);
    const whole = await outcome();
    assert.equal(whole.pairs[0], `separate,${String(pair.contact)}`);
    // Nothing is decided before the first write.
    for (let dieAt = 2; dieAt <= writes.length; dieAt += 1) {
      await restoreSnapshot(from);
      assert.ok((await live(deciding, { dieAt })).killed);
      // This makes the decision look as if it had been cut off long ago.
      const longAgo = new Date(Date.now() - 31_000);
      await Duplicate.updateOne({ deciding: { $exists: true } }, { $set: { 'deciding.at': longAgo } });
      assert.deepEqual(await outcome(), whole, `killed at ${String(dieAt)}, ${writes[dieAt - 1] ?? ''}`);
    }
    await restoreSnapshot(from);
    assert.ok((await live(deciding, { dieAt: 1 })).killed);
    await of.nights.district.sync();
    await of.staysAsItWas();
  });

  for (const how of ['full', 'events'] as const)
    it(`is also awaited if a mapped number comes with another id (${how}): its former owner stays until then`, async () => {
      const { sandbox, account } = of.nights.district;
      const mapping = { ...NO_MAPPING, student: { communityId: 'sis_id', barcode: '' } };
      await Account.updateOne({ _id: account }, { $set: { mapping } });
      await of.nights.district.sync();
      const night = async () =>
        how === 'full' ? of.nights.district.refreshOf(await of.nights.district.sync()) : of.nights.night();
      const { sis_id } = (sandbox.read(of.id) as { roles: { student: { sis_id: string } } }).roles.student;
      const arrived = sandbox.advanceNight().arrived.find((one) => sandbox.read(one) && one !== of.id) ?? '';
      const was = sandbox.read(arrived) as { roles: { student: object } };
      sandbox.change(arrived, {
        name: { first: 'William', middle: '', last: 'Johns' },
        roles: { student: { ...was.roles.student, sis_id, dob: '3/2/2014' } },
      });
      sandbox.removeStudent(of.id);
      of.classes = await of.classesOf(of.betsy._id);
      const before = await of.stored();
      for (let count = 0; count < 3; count += 1) {
        assert.equal((await night()).how, how);
        assert.deepEqual(await of.stored(), before);
        assert.deepEqual([await of.classesOf(of.betsy._id), await of.stateOf()], [of.classes, 'booked']);
        assert.equal((await Contact.findById(of.guardian._id).orFail().lean()).status, 'active');
        assert.equal(await Duplicate.countDocuments({ recycled: 'number', state: 'open' }), 1);
      }
      assert.match((await of.office.get(HOME)).text, /Same SIS ID, but different name[^<]*birth date/);
      const { _id } = await Duplicate.findOne({ recycled: 'number' }).orFail().lean();
      await of.office.post(`${HOME}/separation`, { only: String(_id) }, HOME);
      await of.nights.district.sync();
      assert.equal((await of.stored()).status, 'transferred');
      assert.equal((await Contact.findOne({ 'record.id': arrived }).orFail().lean()).status, 'active');
    });

  it('locks the contact: nobody merges it meanwhile, and the page belongs to the account', async () => {
    of.recycle();
    await of.nights.district.sync();
    const stranger = await new Visitor(of.nights.district.test.app).logIn(
      await makeUser(
        (await Account.create({ name: 'Other', timeZone: 'America/Chicago', createdAt: new Date() }))._id,
        'administrator',
      ),
    );
    const { _id } = await Duplicate.findOne({ state: 'open', recycled: 'id' }).orFail().lean();
    const [namesake] = await Contact.find({ type: 'student', _id: { $ne: of.betsy._id } })
      .limit(1)
      .lean();
    const listed = {
      contact: namesake?._id ?? assert.fail(),
      candidate: of.betsy._id,
      reason: { code: 'name' as const },
    };
    await noteDuplicates(of.nights.district.account, [listed], new Date());
    const merged = await mergeContacts(
      of.nights.district.deps,
      { account: of.nights.district.account, user: by },
      of.betsy._id,
      listed.contact,
      keepOfLost(of.nights.district.deps),
    );
    assert.deepEqual(merged, { ok: false, reason: 'in doubt' });
    const answer = await stranger.post(`${HOME}/${String(_id)}/identity`, { as: 'different' }, HOME);
    assert.equal(answer.status, 404);
    assert.equal((await of.office.get(`${HOME}/${String(_id)}/merging`)).status, 404);
    assert.equal(
      (await of.office.post(`${HOME}/${String(_id)}/identity`, { as: 'nobody' }, HOME)).status,
      422,
    );
    await of.staysAsItWas();
  });
});
