import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { findAudience } from '../../server/mailings/find-audience.js';
import type { MailingGroup } from '../../server/models/mailing.js';
import { Class } from '../../server/models/class.js';
import { Contact } from '../../server/models/contact.js';
import { Household } from '../../server/models/household.js';
import { Unsubscription } from '../../server/models/unsubscription.js';
import { User } from '../../server/models/user.js';
import { createTestApp, makeUser, type TestApp } from '../support/app.js';
import { bookSlot, DAY, EVE, makeHousehold, wishOf, type Conference } from '../support/booking/conference.js';
import { emptyDatabase } from '../support/hooks.js';
import { makeGuardian, makeSchool } from '../support/mailings/school.js';
import { asApp } from '../support/scans.js';

describe('who a mail to a group goes to', () => {
  let test: TestApp;
  let school: Conference;
  let account: Types.ObjectId;

  beforeEach(async () => {
    await emptyDatabase();
    test = createTestApp();
    test.setNow(EVE);
    school = await makeSchool();
    account = school.account._id;
  });

  const [ANA, LEO, MIA, SAM] = [0, 1, 2, 3] as const;
  const child = (...places: number[]) => places.map((place) => school.students[place]!);
  const guardian = (name: string, email: string, children: Contact[], more = {}) =>
    makeGuardian(account, name, email, children, more);
  /** Addresses with the children that each is told of, and the numbers. */
  async function reach(group: MailingGroup) {
    const audience = await asApp(() => findAudience(school.event, group));
    const people = [...audience.people()].map(
      ({ email, names, children }) =>
        `${email} (${names.join(' + ')}): ${[...children]
          .map((index) => audience.students[index]!.firstName)
          .sort()
          .join(' ')}`,
    );
    return { ...audience.numbers(), people: people.sort() };
  }
  const all: MailingGroup = { kind: 'guardians' };
  async function login(email: string, children: Contact[], more = {}) {
    const user = await makeUser(account, 'customer', { name: 'Login Name', email, ...more });
    return { user, household: await makeHousehold(account, children, user._id) };
  }

  it('is each guardian once, with all of their children, whether the roster, a hand or a login says so', async () => {
    await guardian('Eva Lopez', 'Eva@X.org ', child(ANA));
    // The same person twice on the roster, once more as a login, and once tied by hand.
    await guardian('Eva Lopez', 'eva@x.org', child(LEO));
    await login('eva@x.org', child(MIA));
    const tied = await guardian('Eva Lopez', 'eva@x.org', []);
    const hand = { student: child(SAM)[0]!._id, relationship: 'Guardian', by: new Types.ObjectId(), at: EVE };
    await Contact.updateOne({ _id: tied._id }, { $set: { tied: [hand] } });
    const found = await reach(all);
    assert.deepEqual(found.people, ['eva@x.org (Login Name): Ana Leo Mia Sam']);
    assert.deepEqual([found.mails, found.students, found.unreached], [1, 4, 0]);
  });

  it('is told of no child but their own', async () => {
    await guardian('Eva Lopez', 'eva@x.org', child(ANA));
    await guardian('Tom Reed', 'tom@x.org', child(ANA, LEO));
    await login('kim@x.org', child(ANA));
    assert.deepEqual((await reach(all)).people, [
      'eva@x.org (Eva Lopez): Ana',
      'kim@x.org (Login Name): Ana',
      'tom@x.org (Tom Reed): Ana Leo',
    ]);
  });

  it('is nobody whom the roster names as no guardian, who left, or whose login proved no address', async () => {
    await guardian('Aunt May', 'may@x.org', child(ANA), { relationship: 'Aunt', type: 'Emergency' });
    await guardian('Gone Guardian', 'gone@x.org', child(ANA), { status: 'transferred' });
    await login('stranger@x.org', child(LEO), { proven: false });
    await guardian('No Address', '', child(MIA));
    await guardian('Bad Address', 'call me', child(SAM));
    const found = await reach(all);
    assert.deepEqual(found.people, []);
    assert.deepEqual([found.mails, found.students, found.unreached], [0, 0, 4]);
  });

  it('is told nothing of a child whom the school took away from them, whatever the roster says', async () => {
    await guardian('Tom Reed', 'tom@x.org', child(ANA, LEO));
    const { household, user } = await login('tom@x.org', child(LEO));
    const removed = {
      student: child(ANA)[0]!._id,
      adult: user._id,
      by: 'roster',
      since: EVE,
      removedBy: user._id,
      at: EVE,
    };
    await Household.updateOne({ _id: household._id }, { $set: { removed: [removed] } });
    assert.deepEqual((await reach(all)).people, ['tom@x.org (Login Name): Leo']);
  });

  it('is nobody whom the school blocked', async () => {
    await guardian('Tom Reed', 'tom@x.org', child(ANA));
    const { user } = await login('tom@x.org', child(ANA));
    await User.updateOne({ _id: user._id }, { $set: { blocks: [{ account, at: EVE, by: user._id }] } });
    const found = await reach(all);
    assert.deepEqual([found.people, found.unreached], [[], 4]);
  });

  it('is no address that stands for many children: a placeholder would tell families of each other', async () => {
    const many = await makeSchool({ students: 16 });
    for (const [index, student] of many.students.entries())
      await makeGuardian(many.account._id, `Parent No${String(index)}`, 'none@school.org', [student]);
    const numbers = (await findAudience(many.event, all)).numbers();
    assert.deepEqual([numbers.mails, numbers.unreached], [0, 16]);
  });

  it('leaves out and counts who unsubscribed', async () => {
    await guardian('Eva Lopez', 'eva@x.org', child(ANA, LEO));
    await guardian('Tom Reed', 'tom@x.org', child(ANA));
    await Unsubscription.create({ account, email: 'eva@x.org', at: EVE });
    await Unsubscription.create({ account: new Types.ObjectId(), email: 'tom@x.org', at: EVE });
    const found = await reach(all);
    assert.deepEqual(found.people, ['tom@x.org (Tom Reed): Ana']);
    assert.deepEqual([found.unsubscribed, found.unreached], [1, 3]);
  });

  it('of families without an appointment is who has none for any child; of the others the children without', async () => {
    await guardian('Eva Lopez', 'eva@x.org', child(ANA, LEO));
    await guardian('Tom Reed', 'tom@x.org', child(MIA));
    const { household } = await login('eva@x.org', child(ANA, LEO));
    const [teacher] = school.teachers;
    const held = await bookSlot(test.deps, wishOf(school, household, teacher!.slots[0]!));
    assert.ok(held.ok);
    assert.deepEqual((await reach({ kind: 'unbooked' })).people, ['tom@x.org (Tom Reed): Mia']);
    assert.deepEqual((await reach({ kind: 'partly' })).people, ['eva@x.org (Login Name): Leo']);
  });

  it('of a day is the adults who booked then, and not the other parent of the child', async () => {
    await guardian('Tom Reed', 'tom@x.org', child(ANA));
    const { household } = await login('eva@x.org', child(ANA));
    await login('tom@x.org', child(ANA));
    const held = await bookSlot(test.deps, wishOf(school, household, school.teachers[0]!.slots[0]!));
    assert.ok(held.ok);
    assert.deepEqual((await reach({ kind: 'day', day: DAY })).people, ['eva@x.org (Login Name): Ana']);
    assert.deepEqual((await reach({ kind: 'day', day: '2026-11-25' })).people, []);
  });

  it('of a day is nobody blocked and tells nobody of a child taken away, also where the office booked for them', async () => {
    const tom = await guardian('Tom Reed', 'tom@x.org', child(ANA, LEO));
    const kept = await makeHousehold(account, child(ANA, LEO));
    const held = await bookSlot(test.deps, wishOf(school, kept, school.teachers[0]!.slots[0]!));
    assert.ok(held.ok);
    await Household.updateOne({ _id: kept._id }, { $set: { adults: [tom._id], keptFor: tom._id } });
    const day: MailingGroup = { kind: 'day', day: DAY };
    assert.deepEqual((await reach(day)).people, ['tom@x.org (Tom Reed): Ana']);
    const { household, user } = await login('tom@x.org', child(LEO));
    const [ana] = child(ANA);
    const by = { adult: user._id, by: 'roster', since: EVE, removedBy: user._id, at: EVE };
    await Household.updateOne({ _id: household._id }, { $set: { removed: [{ student: ana!._id, ...by }] } });
    assert.deepEqual((await reach(day)).people, []);
    await Household.updateOne({ _id: household._id }, { $set: { removed: [] } });
    assert.equal((await reach(day)).mails, 1);
    await User.updateOne({ _id: user._id }, { $set: { blocks: [{ account, at: EVE, by: user._id }] } });
    assert.deepEqual((await reach(day)).people, []);
  });

  it('of a class, a teacher or ticked rows is guardians of those students, and of no other event’s', async () => {
    await guardian('Eva Lopez', 'eva@x.org', child(ANA));
    const other = await makeSchool();
    await makeGuardian(other.account._id, 'Other Parent', 'other@x.org', other.students);
    const [first] = school.teachers;
    const [theirs] = other.teachers;
    const eva = ['eva@x.org (Eva Lopez): Ana'];
    assert.deepEqual((await reach({ kind: 'class', class: first!.class._id })).people, eva);
    assert.deepEqual((await reach({ kind: 'teacher', teacher: first!.resource._id })).people, eva);
    const ticked = [...child(ANA), ...other.students].map(({ _id }) => _id);
    assert.deepEqual((await reach({ kind: 'ticked', students: ticked })).people, eva);
    assert.deepEqual((await reach({ kind: 'class', class: theirs!.class._id })).people, []);
    assert.deepEqual((await reach({ kind: 'teacher', teacher: theirs!.resource._id })).people, []);
    for (const gone of [{ 'edits.type': 'Hide' }, { status: 'deleted' }]) {
      await Class.updateOne({ _id: first!.class._id }, { $set: gone });
      assert.deepEqual((await reach({ kind: 'class', class: first!.class._id })).people, []);
      await Class.updateOne({ _id: first!.class._id }, { $unset: { 'edits.type': 1 } });
    }
  });

  it('of teachers is who holds slots, at the roster’s address or else at that of their login', async () => {
    const [first, second] = school.teachers;
    await Contact.updateOne({ _id: first!.contact._id }, { $set: { email: 'Lee@school.org' } });
    await makeUser(account, 'resource administrator', { email: 'park@school.org' });
    await User.updateOne({ email: 'park@school.org' }, { $set: { 'grants.0.contact': second!.contact._id } });
    const found = await reach({ kind: 'teachers' });
    assert.deepEqual(found.people, ['lee@school.org (Mrs Lee): ', 'park@school.org (Mr Park): ']);
    assert.deepEqual([found.mails, found.unreached], [2, 0]);
    await Unsubscription.create({ account, email: 'lee@school.org', at: EVE });
    const fewer = await reach({ kind: 'teachers' });
    assert.deepEqual([fewer.mails, fewer.unreached, fewer.unsubscribed], [1, 0, 1]);
  });
});
