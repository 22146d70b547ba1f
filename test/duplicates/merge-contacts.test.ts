import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Appointment } from '../../server/models/appointment.js';
import { AuditEntry } from '../../server/models/audit-entry.js';
import { Claim } from '../../server/models/claim.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Diary } from '../../server/models/diary.js';
import { Duplicate } from '../../server/models/duplicate.js';
import { Household } from '../../server/models/household.js';
import { Resource } from '../../server/models/resource.js';
import { RosterRun } from '../../server/models/roster-run.js';
import { Slot } from '../../server/models/slot.js';
import { User } from '../../server/models/user.js';
import { mergeContacts } from '../../server/duplicates/merge-contacts.js';
import { contentHash } from '../../server/models/content-hash.js';
import { holdSlot } from '../../server/booking/hold-slot.js';
import { createTestApp } from '../support/app.js';
import { bookSlot, EVE, makeHousehold, wishOf } from '../support/booking/conference.js';
import { Merging } from '../support/roster/merging.js';

describe('merging two contacts', () => {
  let merging: Merging;
  beforeEach(() => (merging = new Merging()));
  const same = (one: unknown, other: unknown) => String(one) === String(other);
  const contactOf = (contact: Pick<Contact, '_id'>) => Contact.findById(contact._id).orFail().lean();

  it('moves a student’s meetings, with the limit they count against, households and classes', async () => {
    const [keep, drop] = await merging.twoStudents();
    assert.deepEqual(await merging.merge(keep, drop), { ok: true });
    const appointments = await Appointment.find().lean();
    assert.ok(appointments.every(({ students }) => students.length === 1 && same(students[0], keep._id)));
    const limits = (await Claim.find({ _id: /^limit:/ }).lean()).map(({ _id }) => _id);
    // Of two meetings, each counts with the teacher and in the class.
    assert.equal(limits.filter((id) => id.includes(keep._id.toHexString())).length, 4);
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

  it('gives nobody a child that the school took away from them, and keeps one state per child', async () => {
    const [keep, drop] = await merging.twoStudents();
    const adult = new Types.ObjectId();
    const had = ({ _id }: Pick<Contact, '_id'>) => ({ student: _id, adult, by: 'school' as const, at: EVE });
    const lost = (one: Pick<Contact, '_id'>) => ({ ...had(one), since: EVE, removedBy: adult });
    const make = async (children: Contact[], removed: Contact[]) =>
      (
        await Household.create({
          account: keep.account,
          adults: [new Types.ObjectId()],
          children: children.map(had),
          removed: removed.map(lost),
          // Another adult there has them by a proof of their own.
          brought: children.map(had),
          createdAt: EVE,
        })
      )._id;
    const [lostKeep, lostDrop, lostBoth, lostOne] = [
      await make([drop], [keep]),
      await make([keep], [drop]),
      await make([], [keep, drop]),
      await make([], [drop]),
    ];
    await merging.merge(keep, drop);
    const [own, none] = [[String(keep._id)], []];
    for (const [id, children, removed] of [
      [lostKeep, none, own],
      [lostDrop, own, none],
      [lostBoth, none, own],
      [lostOne, none, own],
    ] as const) {
      const found = await Household.findById(id).orFail().lean();
      assert.deepEqual(
        found.children.map(({ student }) => String(student)),
        children,
      );
      assert.deepEqual(found.brought, found.children);
      assert.deepEqual(
        found.removed?.map(({ student }) => String(student)),
        removed,
      );
    }
  });

  it('appointments about a child that a household loses by the merge become the school’s, and holds end', async () => {
    const [keep, drop] = await merging.twoStudents();
    const { fair } = merging;
    fair.event.booking.perStudentAndTeacher = 4;
    const household = await makeHousehold(fair.account._id, [drop]);
    const deps = { ...createTestApp().deps, now: () => EVE };
    const [time, later] = fair.teachers.at(-1)!.slots.slice(-2);
    assert.ok(time && later);
    const made = await bookSlot(deps, wishOf(fair, household, time));
    assert.ok(made.ok);
    const booked = made.appointment._id;
    const held = await holdSlot(deps, wishOf(fair, household, later));
    assert.ok(held.ok);
    const child = household.children[0]!;
    const removed = { ...child, student: keep._id, since: EVE, removedBy: merging.user };
    await Household.updateOne({ _id: household._id }, { $set: { removed: [removed] } });
    assert.deepEqual(await merging.merge(keep, drop), { ok: true });
    const own = await Household.findById(household._id).orFail().lean();
    assert.deepEqual(own.children, []);
    const now = await Appointment.findById(booked).orFail().lean();
    assert.deepEqual([now.state, now.students.map(String)], ['booked', [String(keep._id)]]);
    const holder = await Household.findById(now.household).orFail().lean();
    assert.equal(holder.ofSchool, true);
    assert.equal(await Claim.countDocuments({ _id: new RegExp(`:${String(household._id)}:`) }), 0);
    assert.equal((await Appointment.findById(held.appointment._id).orFail().lean()).state, 'expired');
  });

  it('fills in what the remaining contact lacks, and keeps what it has', async () => {
    const [keep, drop] = await merging.twoStudents();
    await merging.merge(keep, drop);
    const found = await contactOf(keep);
    assert.deepEqual(
      [found.identifiers?.communityId, found.securityValue, found.email, found.schoolId, found.firstName],
      ['7', 'S', 'd@example.org', '1000', 'Ana'],
    );
    assert.match(found.searchKey, /d@example\.org/);
    assert.equal(found.merging, undefined);
  });

  it('adds the other record id to the remaining contact, which keeps its own active one', async () => {
    const [keep, drop] = await merging.twoStudents();
    await merging.merge(keep, drop);
    const { further = [], ...record } = (await contactOf(keep)).record ?? assert.fail();
    assert.deepEqual(record, { id: 'student-0', hash: '', also: ['student-1'] });
    // It notes who that was, for the day on which the source gives the id to somebody else.
    assert.deepEqual(
      further.map(({ id, who }) => [id, who.firstName, who.email]),
      [['student-1', 'Leo', 'd@example.org']],
    );
  });

  it('takes over the other record if its own is of somebody transferred; the next sync writes it', async () => {
    const [keep, drop] = await merging.twoStudents();
    await Contact.updateOne({ _id: keep._id }, { $set: { status: 'transferred', transferredAt: EVE } });
    await Contact.updateOne({ _id: drop._id }, { $set: { 'record.hash': 'h' } });
    await merging.merge(keep, drop);
    const { record: held, status, transferredAt } = await contactOf(keep);
    const { further = [], ...record } = held ?? assert.fail();
    assert.deepEqual(record, { id: 'student-1', hash: '', also: ['student-0'] });
    assert.deepEqual(
      further.map(({ id, who }) => [id, who.firstName]),
      [['student-0', 'Ana']],
    );
    assert.deepEqual([status, transferredAt], ['active', undefined]);
  });

  it('moves a teacher’s slots, meetings, diary, classes and login, and the record to a contact that has none', async () => {
    const [keep, drop] = await merging.twoTeachers();
    assert.deepEqual(await merging.merge(keep, drop), { ok: true });
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

  it('hands over an event’s slots if only the contact that goes has any', async () => {
    const [keep, drop] = await merging.twoTeachers();
    const held = await Resource.findOneAndDelete({ contact: keep._id }).lean();
    await Slot.deleteMany({ resource: held!._id });
    assert.deepEqual(await merging.merge(keep, drop), { ok: true });
    const [resource, ...others] = await Resource.find().lean();
    assert.deepEqual(
      [String(resource?.contact), resource?.name, others.length],
      [String(keep._id), 'Mrs Lee', 0],
    );
  });

  it('refuses if slots or meetings of both overlap, and moves nothing', async () => {
    const [keep, drop] = await merging.twoTeachers();
    await Slot.updateOne(
      { _id: merging.fair.teachers[1]!.slots[1]!._id },
      {
        $set: { from: merging.fair.teachers[0]!.slots[0]!.from, to: merging.fair.teachers[0]!.slots[0]!.to },
      },
    );
    const before = await merging.stateOf();
    const refused = await merging.merge(keep, drop);
    assert.deepEqual(refused, {
      ok: false,
      reason: 'slots overlap',
      event: 'Fall Conferences',
      at: merging.fair.teachers[0]!.slots[0]!.from,
    });
    assert.equal(await merging.stateOf(), before);

    const [one, two] = await merging.twoTeachers();
    const busy = {
      from: merging.fair.teachers[0]!.slots[0]!.from,
      to: merging.fair.teachers[0]!.slots[0]!.to,
    };
    await Diary.updateOne(
      { _id: new RegExp(`^${two._id.toHexString()}`) },
      { $set: { 'busy.0.from': busy.from, 'busy.0.to': busy.to } },
    );
    const met = await merging.merge(one, two);
    assert.ok(!met.ok && met.reason === 'meetings overlap' && +met.at === +busy.from);
    await Appointment.updateMany({}, { $set: { state: 'cancelled' } });
    assert.deepEqual(await merging.merge(one, two), { ok: true });
  });

  it('refuses pairs that are not listed, of another account or type, or while a sync is at work', async () => {
    const [keep, drop] = await merging.twoStudents();
    const reasonOf = async (work: ReturnType<Merging['merge']>) => {
      const merged = await work;
      return merged.ok ? 'merged' : merged.reason;
    };
    assert.equal(await reasonOf(merging.merge(keep, merging.fair.teachers[0]!.contact)), 'not here');
    const none = () => Promise.resolve(0);
    const stranger = { account: new Types.ObjectId(), user: merging.user };
    assert.equal(
      await reasonOf(mergeContacts({ now: () => EVE }, stranger, keep._id, drop._id, none)),
      'not here',
    );
    await Contact.updateOne({ _id: drop._id }, { $set: { type: 'guardian' } });
    assert.equal(await reasonOf(merging.merge(keep, drop)), 'other type');
    await Contact.updateOne({ _id: drop._id }, { $set: { type: 'student' } });
    const run = await RosterRun.create({
      account: merging.fair.account._id,
      state: 'running',
      createdAt: EVE,
    });
    assert.equal(await reasonOf(merging.merge(keep, drop)), 'sync is running');
    await RosterRun.deleteOne({ _id: run._id });
    assert.equal(await reasonOf(merging.merge(keep, drop)), 'merged');
    assert.equal(await reasonOf(merging.merge(keep, drop)), 'decided already');
    assert.equal(await reasonOf(merging.merge(drop, keep)), 'decided already');
  });

  it('puts the remaining contact into the other pairs of the one that goes, each pair once', async () => {
    const [keep, drop] = await merging.twoStudents();
    const other = await Contact.findOne({ source: 'hand' }).orFail();
    await merging.merge(keep, drop);
    const pairs = await Duplicate.find({ state: 'open' }).lean();
    assert.deepEqual(
      pairs.map(({ candidate, contact }) => [String(contact), String(candidate)]),
      [[String(other._id), String(keep._id)]],
    );
  });

  it('leaves one entry, by ids and counts', async () => {
    const [keep, drop] = await merging.twoStudents();
    await merging.merge(keep, drop);
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
});
