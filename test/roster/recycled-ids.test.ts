import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account, NO_MAPPING } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { Class } from '../../server/models/class.js';
import { Contact, type Contact as Person } from '../../server/models/contact.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Household } from '../../server/models/household.js';
import { RosterChange } from '../../server/models/roster-change.js';
import type { SyncRun } from '../../server/models/sync-run.js';
import { applyRun } from '../../server/review/run/apply-run.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { noteDuplicates } from '../../server/roster/people/note-duplicates.js';
import { sayRemarks, sayResult } from '../support/say-run.js';
import { undoRun } from '../../server/review/run/undo-run.js';
import { makeUser, Visitor } from '../support/app.js';
import { live } from '../support/roster/crash.js';
import { restoreSnapshot, takeSnapshot } from '../support/snapshot.js';
import { wholeRoster } from '../support/roster/whole-roster.js';
import { decideIdentity } from '../../server/duplicates/decide-identity.js';
import { bookable, bookIn } from '../support/roster/appointments.js';
import { EventNights } from '../support/roster/event-nights.js';

const HOME = '/global-setup/duplicates';
const by = new Types.ObjectId();

describe('a record id that is given to somebody else', function () {
  this.timeout(120_000);
  let nights: EventNights;
  let betsy: Person;
  let guardian: Person;
  let office: Visitor;
  let booked: Types.ObjectId;
  let classes: string[];

  beforeEach(async () => {
    nights = new EventNights();
    await nights.begin();
    const { account, event, test } = nights.district;
    office = await new Visitor(test.app).logIn(await makeUser(account, 'administrator'));
    const guardians = await Contact.find({ type: 'guardian', status: 'active', relations: { $size: 1 } })
      .sort({ _id: 1 })
      .lean();
    for (const one of guardians) {
      const child = await Contact.findOne({ 'record.id': one.relations[0]?.student }).lean();
      const item = (await bookable(event)).find(({ synced }) =>
        synced.students.some((id) => child && id.equals(child._id)),
      );
      if (!child || !item) continue;
      [betsy, guardian] = [child, one];
      booked = await bookIn(item, child._id);
      break;
    }
    await Household.create({
      account,
      adults: [by],
      children: [{ student: betsy._id, adult: by, by: 'roster', at: new Date() }],
      createdAt: new Date(),
    });
    classes = await classesOf(betsy._id);
    assert.ok(classes.length > 0);
  });
  afterEach(() => nights.district.close());

  const id = () => betsy.record?.id ?? assert.fail();
  const classesOf = async (student: Types.ObjectId) =>
    (await Class.find({ status: 'active', 'synced.students': student }).sort({ _id: 1 }).lean()).map(
      ({ _id }) => String(_id),
    );
  const stored = () => Contact.findById(betsy._id).orFail().lean();
  const stateOf = async () => (await Appointment.findById(booked).orFail().lean()).state;

  /** The district gives Betsy's id to William, with classes and a mother of his own. */
  function recycle(): void {
    const { sandbox } = nights.district;
    const william = { name: { first: 'William', middle: '', last: 'Johns' }, email: 'wjohns@school.example' };
    const was = sandbox.read(id()) as { roles: { student: object } };
    sandbox.change(id(), { ...william, roles: { student: { ...was.roles.student, dob: '3/2/2014' } } });
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const section = sandbox.idOf('section', index);
      const { students = [] } = (sandbox.read(section) ?? {}) as { students?: string[] };
      if (students.includes(id()))
        sandbox.change(section, { students: students.filter((other) => other !== id()) });
      else if (index % 7 === 0) sandbox.change(section, { students: [...students, id()] });
    }
    // Another mother now has him, and Betsy's is gone from the district.
    const [mother] = others;
    sandbox.change(mother ?? assert.fail(), {
      roles: {
        contact: {
          student_relationships: [{ student: id(), relationship: 'Parent', type: 'Primary' }],
        },
      },
    });
    sandbox.remove(guardian.record?.id ?? '');
  }
  let others: string[] = [];
  beforeEach(async () => {
    const found = await Contact.find({
      type: 'guardian',
      _id: { $ne: guardian._id },
      'relations.student': { $ne: id() },
    })
      .sort({ _id: 1 })
      .lean();
    others = found.flatMap(({ record }) => record?.id ?? []);
  });
  const mother = () => Contact.findOne({ 'record.id': others[0] }).orFail().lean();

  async function staysAsItWas(): Promise<void> {
    const { record: _, ...now } = await stored();
    const { record: __, ...before } = betsy;
    assert.deepEqual(now, before);
    assert.equal((await stored()).record?.id, id());
    assert.deepEqual(await classesOf(betsy._id), classes);
    assert.equal(await stateOf(), 'booked');
    assert.equal((await Contact.findById(guardian._id).orFail().lean()).status, 'active');
    assert.deepEqual((await Contact.findById(guardian._id).orFail().lean()).relations, guardian.relations);
    // Nobody new is tied to her either.
    assert.deepEqual(
      (await Contact.find({ 'relations.student': id() }).lean()).map(({ _id }) => String(_id)).sort(),
      (await tiedBefore()).sort(),
    );
    assert.equal(await Contact.countDocuments({ firstName: 'William', lastName: 'Johns' }), 0);
  }
  let tied: string[] = [];
  beforeEach(async () => {
    tied = (await Contact.find({ 'relations.student': id() }).lean()).map(({ _id }) => String(_id));
  });
  const tiedBefore = async () => tied;

  const decide = async (as: string, sure?: 'yes') => {
    const { _id } = await Duplicate.findOne({ state: 'open' }).orFail().lean();
    const answer = await office.post(
      `${HOME}/${String(_id)}/identity`,
      { as, ...(sure ? { sure } : {}) },
      HOME,
    );
    if (answer.status === 200) return answer;
    assert.equal(answer.status, 303);
    return office.get(HOME);
  };

  for (const how of ['full', 'events'] as const) {
    const night = async () => {
      if (how === 'full') return nights.district.refreshOf(await nights.district.sync());
      return nights.night();
    };

    it(`is a doubt for a person (${how}), for as many nights as it takes; then the same person takes the change`, async () => {
      recycle();
      const refresh = await night();
      assert.equal(refresh.how, how);
      await staysAsItWas();
      assert.match(sayRemarks(refresh).join(' '), /1 ID now comes with another name/);
      const page = (await office.get(HOME)).text;
      assert.match(page, /Same ID, but another name[^<]*birth date/);
      assert.match(page, /William Johns[\s\S]*Same person[\s\S]*Different person/);
      for (let count = 0; count < 2; count += 1) {
        await night();
        await staysAsItWas();
        assert.equal(await Duplicate.countDocuments(), 1);
      }
      assert.match((await decide('same')).text, /the same person as William Johns\?[\s\S]*cannot be undone/);
      await staysAsItWas();
      assert.match((await decide('same', 'yes')).text, /is William Johns now/);
      const now = await stored();
      assert.deepEqual([now.firstName, now.birthDate, now.status], ['William', '2014-03-02', 'active']);
      await night();
      assert.deepEqual(String((await stored())._id), String(betsy._id));
      assert.notDeepEqual(await classesOf(betsy._id), classes);
      assert.deepEqual(
        (await mother()).relations.map(({ student }) => student),
        [id()],
      );
      assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
      await night();
      assert.equal((await stored()).firstName, 'William');
      assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
    });

    it(`becomes a contact of their own when somebody says so (${how}), and her family sees nothing of him`, async () => {
      recycle();
      await night();
      assert.match((await decide('different')).text, /William Johns has a contact of their own now/);
      for (let count = 0; count < 3; count += 1) {
        const william = await Contact.findOne({ 'record.id': id() }).orFail().lean();
        assert.deepEqual([william.firstName, william.status], ['William', 'active']);
        const her = await stored();
        assert.deepEqual(
          [her.firstName, her.status, her.record],
          [betsy.firstName, 'transferred', undefined],
        );
        const [house] = await Household.find().lean();
        assert.deepEqual(
          house?.children.map(({ student }) => String(student)),
          [String(betsy._id)],
        );
        assert.deepEqual(
          (await mother()).relations.map(({ student }) => student),
          [id()],
        );
        const tiedNow = await Contact.find({ 'relations.student': id(), _id: { $in: tied } }).lean();
        assert.deepEqual(tiedNow, []);
        await night();
        // Once the classes have followed.
        assert.ok((await classesOf(william._id)).length > 0);
        assert.deepEqual(await classesOf(betsy._id), []);
        assert.equal(await stateOf(), 'problem');
      }
      assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
    });
  }

  it('is answered when the district takes it back', async () => {
    const { sandbox } = nights.district;
    const was = sandbox.read(id()) as { name: object; roles: { student: object } };
    recycle();
    await nights.district.sync();
    assert.equal(await Duplicate.countDocuments({ state: 'open' }), 1);
    sandbox.change(id(), { name: was.name, roles: was.roles });
    await nights.district.sync();
    assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
    assert.equal((await stored()).firstName, betsy.firstName);
  });

  it('is a doubt as well for somebody who had left', async () => {
    nights.district.sandbox.removeStudent(id());
    await nights.district.sync();
    assert.equal((await stored()).status, 'transferred');
    nights.district.sandbox.restore(id());
    recycle();
    await nights.district.sync();
    assert.deepEqual([(await stored()).status, (await stored()).firstName], ['transferred', betsy.firstName]);
    await decide('different');
    assert.equal((await Contact.findOne({ 'record.id': id() }).orFail().lean()).firstName, 'William');
  });

  it('shows in a preview, which comes true when it is applied', async () => {
    recycle();
    const preview = await nights.district.start({ trigger: 'preview', purpose: 'preview' });
    const refresh = await nights.district.refreshOf(preview);
    assert.equal(await Duplicate.countDocuments(), 0);
    assert.match(sayRemarks(refresh).join(' '), /1 ID now comes with another name/);
    const changes = await RosterChange.find({ run: { $in: [preview._id, refresh._id] } }).lean();
    assert.ok(changes.some(({ kind }) => kind === 'duplicate'));
    assert.ok(!changes.some(({ target }) => target.equals(betsy._id)));
    const shown = await office.get(`/importer/runs/${String(preview._id)}/changes?q=william`);
    assert.match(shown.text, /William Johns[\s\S]*This ID now comes with another name/);
    const applied = await applyRun(nights.district.deps, preview, by);
    assert.ok(applied.ok);
    const run = (await nights.district.work(applied.run)) as SyncRun;
    assert.equal(run.state, 'done', sayResult(run));
    await staysAsItWas();
    assert.equal(await Duplicate.countDocuments({ state: 'open', recycled: 'id' }), 1);
    const again = await nights.district.sync();
    assert.deepEqual([again.counts.class?.changed ?? 0, again.counts.class?.added ?? 0], [0, 0]);
  });

  it('is taken off the list when the sync that found it is undone', async () => {
    recycle();
    const run = await nights.district.sync();
    const started = await undoRun(nights.district.deps, run, {
      by,
      reason: 'wrong',
      whole: true,
      stopNightly: false,
    });
    assert.ok(started.ok);
    await nights.district.work(started.run);
    await staysAsItWas();
    assert.equal(await Duplicate.countDocuments(), 0);
  });

  it('and is the other one’s who is here: swapped, both stay; told apart, each may be merged with who they were, with what was booked', async () => {
    const { sandbox, deps, account, event } = nights.district;
    const other = await Contact.findOne({
      type: 'student',
      status: 'active',
      firstName: { $ne: betsy.firstName },
      lastName: { $ne: betsy.lastName },
      birthDate: { $nin: [betsy.birthDate, ''] },
      _id: { $in: (await bookable(event)).flatMap(({ synced }) => synced.students[0] ?? []) },
    })
      .orFail()
      .lean();
    const item = (await bookable(event)).find(({ synced }) => synced.students[0]?.equals(other._id));
    const also = await bookIn(item ?? assert.fail(), other._id);
    const swapped = new Map([
      [id(), other.record?.id ?? ''],
      [other.record?.id ?? '', id()],
    ]);
    const told = [...swapped.keys()].map((one) => [one, sandbox.read(one)!] as const);
    for (const [one, { name, roles }] of told) sandbox.change(swapped.get(one) ?? '', { name, roles });
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const section = sandbox.idOf('section', index);
      const { students } = sandbox.read(section) as { students: string[] };
      sandbox.change(section, { students: students.map((one) => swapped.get(one) ?? one) });
    }
    await nights.district.sync();
    const pairs = await Duplicate.find({ state: 'open', recycled: 'id' }).lean();
    assert.equal(pairs.length, 2);
    for (const { _id } of pairs)
      assert.ok((await decideIdentity(deps, { account, user: by }, _id, 'different')).ok);
    await nights.district.sync();
    for (const [who, appointment] of [
      [betsy, booked],
      [other, also],
    ] as const) {
      const open = await Duplicate.findOne({ state: 'open', candidate: who._id }).orFail().lean();
      assert.equal(open.reason, 'same name and birth date');
      const merged = await mergeContacts(deps, { account, user: by }, who._id, open.contact);
      assert.deepEqual(merged, { ok: true });
      await nights.district.sync();
      const now = await Appointment.findById(appointment).orFail().lean();
      assert.deepEqual([now.state, now.students], ['booked', [who._id]]);
      const kept = await Contact.findById(who._id).orFail().lean();
      assert.deepEqual([kept.firstName, kept.status], [who.firstName, 'active']);
    }
    assert.equal(await Duplicate.countDocuments({ state: 'open' }), 0);
  });

  it('lets a nickname and a marriage pass', async () => {
    nights.district.sandbox.change(id(), { name: { first: 'Bets', middle: '', last: 'Married' } });
    await nights.district.sync();
    assert.deepEqual([(await stored()).firstName, (await stored()).lastName], ['Bets', 'Married']);
    assert.equal(await Duplicate.countDocuments(), 0);
  });

  it('a decision that is cut off anywhere is finished by the next sync', async function () {
    this.timeout(300_000);
    const { deps, account } = nights.district;
    recycle();
    await nights.district.sync();
    const pair = await Duplicate.findOne({ state: 'open' }).orFail().lean();
    const from = await takeSnapshot();
    const deciding = () => decideIdentity(deps, { account, user: by }, pair._id, 'different');
    const outcome = async () => {
      await nights.district.sync();
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
    // Before the second write nothing is decided.
    for (let dieAt = 3; dieAt <= writes.length; dieAt += 1) {
      await restoreSnapshot(from);
      assert.ok((await live(deciding, { dieAt })).killed);
      assert.deepEqual(await outcome(), whole, `killed at ${String(dieAt)}, ${writes[dieAt - 1] ?? ''}`);
    }
    for (const dieAt of [1, 2]) {
      await restoreSnapshot(from);
      assert.ok((await live(deciding, { dieAt })).killed);
      await nights.district.sync();
      await staysAsItWas();
    }
  });

  for (const how of ['full', 'events'] as const)
    it(`and a mapped number too that comes with another id (${how}): who had it stays until somebody has decided`, async () => {
      const { sandbox, account } = nights.district;
      const mapping = { ...NO_MAPPING, student: { communityId: 'sis_id', barcode: '' } };
      await Account.updateOne({ _id: account }, { $set: { mapping } });
      await nights.district.sync();
      const night = async () =>
        how === 'full' ? nights.district.refreshOf(await nights.district.sync()) : nights.night();
      const { sis_id } = (sandbox.read(id()) as { roles: { student: { sis_id: string } } }).roles.student;
      const arrived = sandbox.advanceNight().arrived.find((one) => sandbox.read(one) && one !== id()) ?? '';
      const was = sandbox.read(arrived) as { roles: { student: object } };
      sandbox.change(arrived, {
        name: { first: 'William', middle: '', last: 'Johns' },
        roles: { student: { ...was.roles.student, sis_id, dob: '3/2/2014' } },
      });
      sandbox.removeStudent(id());
      classes = await classesOf(betsy._id);
      const before = await stored();
      for (let count = 0; count < 3; count += 1) {
        assert.equal((await night()).how, how);
        assert.deepEqual(await stored(), before);
        assert.deepEqual([await classesOf(betsy._id), await stateOf()], [classes, 'booked']);
        assert.equal((await Contact.findById(guardian._id).orFail().lean()).status, 'active');
        assert.equal(await Duplicate.countDocuments({ recycled: 'number', state: 'open' }), 1);
      }
      assert.match((await office.get(HOME)).text, /Same SIS id, but another name[^<]*birth date/);
      const { _id } = await Duplicate.findOne({ recycled: 'number' }).orFail().lean();
      await office.post(`${HOME}/separation`, { only: String(_id) }, HOME);
      await nights.district.sync();
      assert.equal((await stored()).status, 'transferred');
      assert.equal((await Contact.findOne({ 'record.id': arrived }).orFail().lean()).status, 'active');
    });

  it('stays a doubt of one contact: nobody merges them with somebody else meanwhile, and the page is the account’s own', async () => {
    recycle();
    await nights.district.sync();
    const stranger = await new Visitor(nights.district.test.app).logIn(
      await makeUser(
        (await Account.create({ name: 'Other', timeZone: 'America/Chicago', createdAt: new Date() }))._id,
        'administrator',
      ),
    );
    const { _id } = await Duplicate.findOne({ state: 'open', recycled: 'id' }).orFail().lean();
    const [namesake] = await Contact.find({ type: 'student', _id: { $ne: betsy._id } })
      .limit(1)
      .lean();
    const listed = { contact: namesake?._id ?? assert.fail(), candidate: betsy._id, reason: 'same name' };
    await noteDuplicates(nights.district.account, [listed], new Date());
    const merged = await mergeContacts(
      nights.district.deps,
      { account: nights.district.account, user: by },
      betsy._id,
      listed.contact,
    );
    assert.deepEqual(merged, { ok: false, reason: 'in doubt' });
    const answer = await stranger.post(`${HOME}/${String(_id)}/identity`, { as: 'different' }, HOME);
    assert.equal(answer.status, 404);
    assert.equal((await office.get(`${HOME}/${String(_id)}/merging`)).status, 404);
    assert.equal((await office.post(`${HOME}/${String(_id)}/identity`, { as: 'nobody' }, HOME)).status, 422);
    await staysAsItWas();
  });

  it('is a doubt where it is a further one of theirs since a merge, and the main one is gone', async () => {
    const { account, sandbox } = nights.district;
    const further = id();
    const main = 'a'.repeat(24);
    await Contact.updateOne(
      { _id: betsy._id, account },
      { $set: { 'record.id': main, 'record.also': [further] } },
    );
    const was = sandbox.read(further) as { roles: { student: object } };
    sandbox.change(further, {
      name: { first: 'William', middle: '', last: 'Johns' },
      email: 'wjohns@school.example',
      roles: { student: { ...was.roles.student, dob: '3/2/2014' } },
    });
    for (let count = 0; count < 2; count += 1) {
      await nights.district.sync();
      const { firstName, status } = await Contact.findById(betsy._id).orFail().lean();
      assert.deepEqual([firstName, status], [betsy.firstName, 'active']);
      assert.equal(await Duplicate.countDocuments({ state: 'open', recycled: 'id' }), 1);
    }
    await decide('different');
    await nights.district.sync();
    const arrived = await Contact.findOne({ 'record.id': further }).orFail().lean();
    assert.deepEqual([arrived.firstName, arrived.status], ['William', 'active']);
    const older = await Contact.findById(betsy._id).orFail().lean();
    assert.deepEqual([older.firstName, older.record?.also ?? []], [betsy.firstName, []]);
    assert.equal(await Duplicate.countDocuments({ state: 'open', recycled: 'id' }), 0);
  });

  it('leaves the appointment where it is in a preview too', async () => {
    recycle();
    const preview = await nights.district.start({ trigger: 'preview', purpose: 'preview' });
    assert.equal(preview.counts.appointment?.changed ?? 0, 0, sayResult(preview));
    assert.equal((await nights.district.refreshOf(preview)).counts.student?.removed ?? 0, 0);
  });
});
