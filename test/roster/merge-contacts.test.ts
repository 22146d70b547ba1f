import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../server/models/account.js';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Claim } from '../../server/models/claim.js';
import { Class } from '../../server/models/class.js';
import { Contact, recordIds, standsFor } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Event } from '../../server/models/event.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { mergeContacts } from '../../server/roster/duplicates/merge-contacts.js';
import { noteDuplicates } from '../../server/roster/duplicates/note-duplicates.js';
import { contentHash } from '../../server/roster/sources/roster-record.js';
import { interleave } from '../booking/interleave.js';
import {
  bookSlot,
  EVE,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
} from '../booking/conference.js';
import { createTestApp, makeUser } from '../support/app.js';
import { emptyDatabase } from '../support/hooks.js';
import { asApp } from '../support/scans.js';

const LATER = new Date(EVE.getTime() + 60_000);
const MODELS = [
  Account,
  Event,
  Appointment,
  Claim,
  Class,
  Contact,
  Diary,
  Duplicate,
  Household,
  Resource,
  Slot,
  User,
];

describe('merging two contacts', function () {
  this.timeout(120_000);
  let fair: Conference;
  let now = EVE;
  const user = new Types.ObjectId();
  const deps = { now: () => now };
  const same = (one: unknown, other: unknown) => String(one) === String(other);

  type Snapshot = Record<string, object[]>;
  /** Everything that a merge touches, as it is stored. */
  async function readAll(): Promise<Snapshot> {
    const all = MODELS.map(async ({ collection }) => [
      collection.name,
      await collection.find().sort({ _id: 1 }).toArray(),
    ]);
    return Object.fromEntries((await Promise.all(all)) as [string, object[]][]);
  }
  async function restore(snapshot: Snapshot): Promise<void> {
    await emptyDatabase();
    now = EVE;
    for (const { collection } of MODELS) {
      const documents = snapshot[collection.name] ?? [];
      if (documents.length > 0) await collection.insertMany(documents);
    }
  }
  /** Without the times that tell one attempt from another. */
  async function stateOf(): Promise<string> {
    const timeless = (key: string, value: unknown) =>
      key === 'at' || key === 'decidedAt' ? undefined : value;
    return JSON.stringify(await readAll(), timeless, 1);
  }

  const merge = (keep: Pick<Contact, '_id'>, drop: Pick<Contact, '_id'>) =>
    asApp(() => mergeContacts(deps, { account: fair.account._id, user }, keep._id, drop._id));
  const list = (contact: Pick<Contact, '_id'>, candidate: Pick<Contact, '_id'>) =>
    noteDuplicates(
      fair.account._id,
      [{ contact: contact._id, candidate: candidate._id, reason: 'same name' }],
      EVE,
    );
  const contactOf = (contact: Pick<Contact, '_id'>) => Contact.findById(contact._id).orFail().lean();

  /** Two students that one household has both of, each with a meeting with the same teacher. */
  async function twoStudents(): Promise<[Contact, Contact]> {
    await emptyDatabase();
    now = EVE;
    fair = await makeConference({ booking: { perStudentAndTeacher: 1 } });
    const [keep, drop] = [fair.students[0]!, fair.students[1]!];
    const app = createTestApp();
    app.setNow(EVE);
    const household = await makeHousehold(fair.account._id, [keep, drop]);
    await makeHousehold(fair.account._id, [drop]);
    for (const [n, student] of [keep, drop].entries()) {
      const held = await bookSlot(
        app.deps,
        wishOf(fair, household, fair.teachers[0]!.slots[n]!, { students: [student._id] }),
      );
      assert.ok(held.ok);
    }
    await Contact.updateOne(
      { _id: drop._id },
      {
        $set: { identifiers: { communityId: '7', barcode: '' }, securityValue: 'S', email: 'd@example.org' },
      },
    );
    for (const { class: held } of fair.teachers)
      await Class.updateOne({ _id: held._id }, { $set: { 'synced.hash': 'old' } });
    const other = await Contact.create({
      account: fair.account._id,
      type: 'student',
      source: 'hand',
      status: 'active',
    });
    await list(drop, keep);
    await list(other, drop);
    return [keep, drop];
  }

  /** Two teachers who both hold slots and meetings, at different times, and both log in. */
  async function twoTeachers(): Promise<[Contact, Contact]> {
    await emptyDatabase();
    now = EVE;
    fair = await makeConference();
    const [first, second] = [fair.teachers[0]!, fair.teachers[1]!];
    await Slot.deleteMany({
      _id: { $in: [first.slots[1]!._id, second.slots[0]!._id, second.slots[2]!._id] },
    });
    const app = createTestApp();
    app.setNow(EVE);
    for (const [n, slot] of [first.slots[0]!, second.slots[1]!].entries()) {
      const household = await makeHousehold(fair.account._id, [fair.students[n]!]);
      assert.ok((await bookSlot(app.deps, wishOf(fair, household, slot))).ok);
    }
    const login = await makeUser(fair.account._id, 'resource administrator');
    await User.updateOne({ _id: login._id }, { $set: { 'grants.0.contact': second.contact._id } });
    await Contact.updateOne(
      { _id: second.contact._id },
      { $set: { record: { id: 'clever-2', hash: 'h' }, source: 'clever' } },
    );
    await Contact.updateOne({ _id: first.contact._id }, { $set: { source: 'hand' } });
    await list(second.contact, first.contact);
    return [first.contact, second.contact];
  }

  it('moves a student’s meetings, with the limit they count against, households and classes', async () => {
    const [keep, drop] = await twoStudents();
    assert.deepEqual(await merge(keep, drop), { ok: true });
    const appointments = await Appointment.find().lean();
    assert.ok(appointments.every(({ students }) => students.length === 1 && same(students[0], keep._id)));
    const limits = (await Claim.find({ _id: /^limit:/ }).lean()).map(({ _id }) => _id);
    assert.equal(limits.filter((id) => id.includes(keep._id.toHexString())).length, 2);
    assert.ok(!limits.some((id) => id.includes(drop._id.toHexString())));
    for (const { children } of await Household.find().lean())
      assert.deepEqual(
        children.map(({ student }) => String(student)),
        [String(keep._id)],
      );
    for (const { synced } of await Class.find().lean()) {
      assert.deepEqual(synced.students.map(String), [String(keep._id)]);
      const { name, type, course, subject, period, grade, term, school, teachers, students, hash } = synced;
      const fields = { name, type, course, subject, period, grade, term, school, teachers, students };
      assert.equal(hash, contentHash(fields));
    }
    assert.equal(await Contact.findById(drop._id).lean(), null);
  });

  it('fills in what the one who stays has not, and keeps what they have', async () => {
    const [keep, drop] = await twoStudents();
    await merge(keep, drop);
    const found = await contactOf(keep);
    assert.deepEqual(
      [found.identifiers?.communityId, found.securityValue, found.email, found.schoolId, found.firstName],
      ['7', 'S', 'd@example.org', '1000', 'Ana'],
    );
    assert.match(found.searchKey, /d@example\.org/);
    assert.equal(found.merging, undefined);
  });

  it('lets the other record id stand for the one who stays, who keeps an own that is active', async () => {
    const [keep, drop] = await twoStudents();
    await merge(keep, drop);
    assert.deepEqual((await contactOf(keep)).record, { id: 'student-0', hash: '', also: ['student-1'] });
  });

  it('takes over the other record where the own is of somebody transferred, to be written by the next sync', async () => {
    const [keep, drop] = await twoStudents();
    await Contact.updateOne({ _id: keep._id }, { $set: { status: 'transferred', transferredAt: EVE } });
    await Contact.updateOne({ _id: drop._id }, { $set: { 'record.hash': 'h' } });
    await merge(keep, drop);
    const { record, status, transferredAt } = await contactOf(keep);
    assert.deepEqual(record, { id: 'student-1', hash: '', also: ['student-0'] });
    assert.deepEqual([status, transferredAt], ['active', undefined]);
  });

  it('moves a teacher’s slots, meetings, diary, classes and login, and the record to one who has none', async () => {
    const [keep, drop] = await twoTeachers();
    assert.deepEqual(await merge(keep, drop), { ok: true });
    const resources = await Resource.find().lean();
    assert.deepEqual(
      resources.map(({ contact }) => String(contact)),
      [String(keep._id)],
    );
    const holder = resources[0]!._id;
    assert.ok((await Slot.find().lean()).every(({ resource }) => same(resource, holder)));
    assert.ok((await Appointment.find().lean()).every(({ resource }) => same(resource, holder)));
    const diaries = await Diary.find({ _id: new RegExp(`^${keep._id.toHexString()}`) }).lean();
    assert.deepEqual(
      diaries.map(({ busy }) => busy.length),
      [2],
    );
    assert.equal(await Diary.countDocuments({ _id: new RegExp(`^${drop._id.toHexString()}`) }), 0);
    assert.ok((await Class.find().lean()).every(({ synced }) => same(synced.teachers, keep._id)));
    const grants = (await User.find().lean()).flatMap((login) => login.grants);
    assert.ok(grants.every(({ contact }) => same(contact, keep._id)));
    const { record, source } = await contactOf(keep);
    assert.deepEqual([record, source], [{ id: 'clever-2', hash: '' }, 'clever']);
  });

  it('hands an event’s slots over where only the one who goes has any', async () => {
    const [keep, drop] = await twoTeachers();
    const held = await Resource.findOneAndDelete({ contact: keep._id }).lean();
    await Slot.deleteMany({ resource: held!._id });
    assert.deepEqual(await merge(keep, drop), { ok: true });
    const [resource, ...others] = await Resource.find().lean();
    assert.deepEqual(
      [String(resource?.contact), resource?.name, others.length],
      [String(keep._id), 'Mrs Lee', 0],
    );
  });

  it('refuses where slots or meetings of both are at the same time, and moves nothing', async () => {
    const [keep, drop] = await twoTeachers();
    await Slot.updateOne(
      { _id: fair.teachers[1]!.slots[1]!._id },
      { $set: { from: fair.teachers[0]!.slots[0]!.from, to: fair.teachers[0]!.slots[0]!.to } },
    );
    const before = await stateOf();
    const refused = await merge(keep, drop);
    assert.deepEqual(refused, {
      ok: false,
      reason: 'slots overlap',
      event: 'Fall Conferences',
      at: fair.teachers[0]!.slots[0]!.from,
    });
    assert.equal(await stateOf(), before);

    const [one, two] = await twoTeachers();
    const busy = { from: fair.teachers[0]!.slots[0]!.from, to: fair.teachers[0]!.slots[0]!.to };
    await Diary.updateOne(
      { _id: new RegExp(`^${two._id.toHexString()}`) },
      { $set: { 'busy.0.from': busy.from, 'busy.0.to': busy.to } },
    );
    const met = await merge(one, two);
    assert.ok(!met.ok && met.reason === 'meetings overlap' && +met.at === +busy.from);
    await Appointment.updateMany({}, { $set: { state: 'cancelled' } });
    assert.deepEqual(await merge(one, two), { ok: true });
  });

  it('refuses what is not listed, of another account, of another type, or while a sync is at work', async () => {
    const [keep, drop] = await twoStudents();
    const reasonOf = async (work: Promise<Awaited<ReturnType<typeof merge>>>) => {
      const merged = await work;
      return merged.ok ? 'merged' : merged.reason;
    };
    assert.equal(await reasonOf(merge(keep, fair.teachers[0]!.contact)), 'not here');
    const stranger = { account: new Types.ObjectId(), user };
    assert.equal(await reasonOf(mergeContacts(deps, stranger, keep._id, drop._id)), 'not here');
    await Contact.updateOne({ _id: drop._id }, { $set: { type: 'guardian' } });
    assert.equal(await reasonOf(merge(keep, drop)), 'other type');
    await Contact.updateOne({ _id: drop._id }, { $set: { type: 'student' } });
    const run = await RosterRun.create({ account: fair.account._id, state: 'running', createdAt: EVE });
    assert.equal(await reasonOf(merge(keep, drop)), 'sync is running');
    await RosterRun.deleteOne({ _id: run._id });
    assert.equal(await reasonOf(merge(keep, drop)), 'merged');
    assert.equal(await reasonOf(merge(keep, drop)), 'decided already');
    assert.equal(await reasonOf(merge(drop, keep)), 'decided already');
  });

  it('puts the one who stays in the other pairs of the one who goes, each pair once', async () => {
    const [keep, drop] = await twoStudents();
    const other = await Contact.findOne({ source: 'hand' }).orFail();
    await merge(keep, drop);
    const pairs = await Duplicate.find({ state: 'open' }).lean();
    assert.deepEqual(
      pairs.map(({ candidate, contact }) => [String(contact), String(candidate)]),
      [[String(other._id), String(keep._id)]],
    );
  });

  it('leaves one entry, by ids and counts', async () => {
    const [keep, drop] = await twoStudents();
    await merge(keep, drop);
    const entries = await AuditEntry.find({ action: 'merge contacts' }).lean();
    assert.equal(entries.length, 1);
    assert.deepEqual(entries[0]!.targets.map(String), [String(keep._id), String(drop._id)]);
    assert.deepEqual(entries[0]!.detail, {
      logins: 0,
      children: 1,
      classes: 2,
      resources: 0,
      appointments: 1,
    });
  });

  it('of two people at once one does it and the other is told, whichever way round each wants it', async () => {
    for (const turned of [false, true]) {
      const [keep, drop] = await twoStudents();
      const both = await Promise.all([merge(keep, drop), turned ? merge(drop, keep) : merge(keep, drop)]);
      const reasons = both.map((merged) => (merged.ok ? 'merged' : merged.reason)).sort();
      assert.deepEqual(reasons, ['decided already', 'merged']);
      assert.equal(await Contact.countDocuments({ type: 'student' }), 2);
    }
  });

  it('two merges with one contact in both leave everything with somebody who is there', async () => {
    const [keep, drop] = await twoStudents();
    const other = await Contact.findOne({ source: 'hand' }).orFail();
    await makeHousehold(fair.account._id, [other]);
    const before = await readAll();
    for (let seed = 1; seed <= 20; seed++) {
      await restore(before);
      const outcomes: string[] = [];
      const run = async (a: Pick<Contact, '_id'>, b: Pick<Contact, '_id'>) => {
        const merged = await merge(a, b);
        outcomes.push(merged.ok ? 'merged' : merged.reason);
      };
      // A random but repeatable order of their steps.
      let state = seed * 7919;
      const next = () => (state = (state * 1103515245 + 12345) % 2147483648);
      await interleave(
        [
          { name: 'drop into keep', run: () => run(keep, drop) },
          { name: 'other into drop', run: () => run(drop, other) },
        ],
        (waiting) => Math.floor(next() / 65536) % waiting,
      );
      const there = new Set((await Contact.find({}, { _id: 1 }).lean()).map(({ _id }) => String(_id)));
      const held = [
        ...(await Appointment.find().lean()).flatMap((item) => item.students.map(String)),
        ...(await Household.find().lean()).flatMap((item) =>
          item.children.map(({ student }) => String(student)),
        ),
      ];
      assert.ok(
        held.every((id) => there.has(id)),
        `${String(seed)}: ${outcomes.join()}`,
      );
      assert.equal(await Contact.countDocuments({ merging: { $exists: true } }), 0, outcomes.join());
    }
  });

  for (const [what, fixture] of [
    ['students', twoStudents],
    ['teachers', twoTeachers],
  ] as const)
    it(`killed at any step and asked for again, two ${what} end the same`, async () => {
      const [keep, drop] = await fixture();
      const before = await readAll();
      const ids = (await Contact.find().lean()).flatMap(recordIds);
      await merge(keep, drop);
      const whole = await stateOf();
      let steps = 0;
      const run = { finished: false };
      while (!run.finished) {
        steps++;
        await restore(before);
        const work = async () => {
          await merge(keep, drop);
          run.finished = true;
        };
        await interleave([{ name: 'merge', dieAfter: steps, run: work }], () => 0);
        for (const id of ids)
          assert.ok(await Contact.exists(standsFor(fair.account._id, [id])), `${id}, step ${String(steps)}`);
        now = LATER;
        const again = await merge(keep, drop);
        assert.ok(again.ok || again.reason === 'decided already', `step ${String(steps)}`);
        assert.equal(await stateOf(), whole, `killed after step ${String(steps)}`);
        assert.equal(await AuditEntry.countDocuments({ action: 'merge contacts' }), 1);
      }
      assert.ok(steps > 20, `only ${String(steps)} steps`);
    });
});
