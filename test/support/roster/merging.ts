import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../../server/models/account.js';
import { Appointment } from '../../../server/models/appointment.js';
import { Claim } from '../../../server/models/claim.js';
import { Class } from '../../../server/models/class.js';
import { Contact } from '../../../server/models/contact.js';
import { Diary } from '../../../server/models/diary.js';
import { Duplicate } from '../../../server/models/duplicate.js';
import { Event } from '../../../server/models/event.js';
import { Household } from '../../../server/models/household.js';
import { Resource } from '../../../server/models/resource.js';
import { Slot } from '../../../server/models/slot.js';
import { User } from '../../../server/models/user.js';
import { mergeContacts } from '../../../server/duplicates/merge-contacts.js';
import { keepOfLost } from '../../../server/families/keep-appointments.js';
import { noteDuplicates } from '../../../server/roster/people/note-duplicates.js';
import {
  bookSlot,
  EVE,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
} from '../booking/conference.js';
import { createTestApp, makeUser } from '../app.js';
import { emptyDatabase } from '../hooks.js';
import { asApp } from '../scans.js';

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

type Some = Pick<Contact, '_id'>;
export type Snapshot = Record<string, object[]>;

/** A conference with two contacts of one person, and its clock. */
export class Merging {
  fair!: Conference;
  now = EVE;
  readonly user = new Types.ObjectId();

  /** Everything that a merge touches, as it is stored. */
  async readAll(): Promise<Snapshot> {
    const all = MODELS.map(async ({ collection }) => [
      collection.name,
      await collection.find().sort({ _id: 1 }).toArray(),
    ]);
    return Object.fromEntries((await Promise.all(all)) as [string, object[]][]);
  }

  /** Puts the database back to what was read. */
  async restore(snapshot: Snapshot): Promise<void> {
    await emptyDatabase();
    this.now = EVE;
    for (const { collection } of MODELS) {
      const documents = snapshot[collection.name] ?? [];
      if (documents.length > 0) await collection.insertMany(documents);
    }
  }

  /** The stored state as a text, without the times that tell one attempt from another. */
  async stateOf(): Promise<string> {
    const timeless = (key: string, value: unknown) =>
      key === 'at' || key === 'decidedAt' ? undefined : value;
    return JSON.stringify(await this.readAll(), timeless, 1);
  }

  /** Merges the second into the first, as the app does. */
  merge(keep: Some, drop: Some): ReturnType<typeof mergeContacts> {
    const deps = { ...createTestApp().deps, now: () => this.now };
    return asApp(() =>
      mergeContacts(
        deps,
        { account: this.fair.account._id, user: this.user },
        keep._id,
        drop._id,
        keepOfLost(deps),
      ),
    );
  }

  /** Stores two contacts as a pair. */
  list(contact: Some, candidate: Some): ReturnType<typeof noteDuplicates> {
    return noteDuplicates(
      this.fair.account._id,
      [{ contact: contact._id, candidate: candidate._id, reason: { code: 'name' } }],
      EVE,
    );
  }

  /** Two students of one household, each with a meeting with the same teacher. */
  async twoStudents(): Promise<[Contact, Contact]> {
    await emptyDatabase();
    this.now = EVE;
    this.fair = await makeConference({ booking: { perStudentAndTeacher: 1 } });
    const [keep, drop] = [this.fair.students[0]!, this.fair.students[1]!];
    const app = createTestApp();
    app.setNow(EVE);
    const household = await makeHousehold(this.fair.account._id, [keep, drop]);
    await makeHousehold(this.fair.account._id, [drop]);
    for (const [n, student] of [keep, drop].entries()) {
      const held = await bookSlot(
        app.deps,
        wishOf(this.fair, household, this.fair.teachers[0]!.slots[n]!, { students: [student._id] }),
      );
      assert.ok(held.ok);
    }
    await Contact.updateOne(
      { _id: drop._id },
      {
        $set: { identifiers: { communityId: '7', barcode: '' }, securityValue: 'S', email: 'd@example.org' },
      },
    );
    for (const { class: held } of this.fair.teachers)
      await Class.updateOne({ _id: held._id }, { $set: { 'synced.hash': 'old' } });
    const other = await Contact.create({
      account: this.fair.account._id,
      type: 'student',
      source: 'hand',
      status: 'active',
    });
    await this.list(drop, keep);
    await this.list(other, drop);
    return [keep, drop];
  }

  /** Two teachers with slots and meetings at different times; both log in. */
  async twoTeachers(): Promise<[Contact, Contact]> {
    await emptyDatabase();
    this.now = EVE;
    this.fair = await makeConference();
    const [first, second] = [this.fair.teachers[0]!, this.fair.teachers[1]!];
    await Slot.deleteMany({
      _id: { $in: [first.slots[1]!._id, second.slots[0]!._id, second.slots[2]!._id] },
    });
    const app = createTestApp();
    app.setNow(EVE);
    for (const [n, slot] of [first.slots[0]!, second.slots[1]!].entries()) {
      const household = await makeHousehold(this.fair.account._id, [this.fair.students[n]!]);
      assert.ok((await bookSlot(app.deps, wishOf(this.fair, household, slot))).ok);
    }
    const login = await makeUser(this.fair.account._id, 'resource administrator');
    await User.updateOne({ _id: login._id }, { $set: { 'grants.0.contact': second.contact._id } });
    await Contact.updateOne(
      { _id: second.contact._id },
      { $set: { record: { id: 'clever-2', hash: 'h' }, source: 'clever' } },
    );
    await Contact.updateOne({ _id: first.contact._id }, { $set: { source: 'hand' } });
    await this.list(second.contact, first.contact);
    return [first.contact, second.contact];
  }
}
