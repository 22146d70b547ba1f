import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import type { Response } from 'supertest';
import { Appointment } from '../../../server/models/appointment.js';
import { Class } from '../../../server/models/class.js';
import { Contact, type Contact as Person } from '../../../server/models/contact.js';
import { Duplicate } from '../../../server/models/duplicate.js';
import { Household } from '../../../server/models/household.js';
import type { User } from '../../../server/models/user.js';
import { findSentences } from '../sentences.js';
import { makeUser, Visitor } from '../app.js';
import { bookable, bookIn } from './appointments.js';
import { EventNights } from './event-nights.js';

const HOME = '/global-setup/duplicates';

/** Betsy, a student with classes, a booking and a family, whose record id the district gives to William. */
export class RecycledId {
  readonly nights = new EventNights();
  betsy!: Person;
  guardian!: Person;
  administrator!: User;
  office!: Visitor;
  booked!: Types.ObjectId;
  /** Betsy's record ids, by hex ids. */
  classes!: string[];
  /** The people tied to her, by hex ids. */
  tied!: string[];
  /** Record ids of guardians who are not tied to her. */
  #others!: string[];

  static async begin(): Promise<RecycledId> {
    const made = new RecycledId();
    await made.nights.begin();
    await made.#chooseBetsy();
    return made;
  }

  /** Also checks that no sentence was stored. */
  async close(): Promise<void> {
    await this.nights.district.close();
    assert.deepEqual(await findSentences(), []);
  }

  async #chooseBetsy(): Promise<void> {
    const { account, event, test } = this.nights.district;
    this.administrator = await makeUser(account, 'administrator');
    this.office = await new Visitor(test.app).logIn(this.administrator);
    const guardians = await Contact.find({ type: 'guardian', status: 'active', relations: { $size: 1 } })
      .sort({ _id: 1 })
      .lean();
    for (const one of guardians) {
      const child = await Contact.findOne({ 'record.id': one.relations[0]?.student }).lean();
      const item = (await bookable(event)).find(({ synced }) =>
        synced.students.some((id) => child && id.equals(child._id)),
      );
      if (!child || !item) continue;
      [this.betsy, this.guardian] = [child, one];
      this.booked = await bookIn(item, child._id);
      break;
    }
    const adult = new Types.ObjectId();
    await Household.create({
      account,
      adults: [adult],
      children: [{ student: this.betsy._id, adult, by: 'roster', at: new Date() }],
      createdAt: new Date(),
    });
    this.classes = await this.classesOf(this.betsy._id);
    assert.ok(this.classes.length > 0);
    const others = await Contact.find({
      type: 'guardian',
      _id: { $ne: this.guardian._id },
      'relations.student': { $ne: this.id },
    })
      .sort({ _id: 1 })
      .lean();
    this.#others = others.flatMap(({ record }) => record?.id ?? []);
    this.tied = await this.#tiedNow();
  }

  get id(): string {
    return this.betsy.record?.id ?? assert.fail();
  }

  async classesOf(student: Types.ObjectId): Promise<string[]> {
    const found = await Class.find({ status: 'active', 'synced.students': student }).sort({ _id: 1 }).lean();
    return found.map(({ _id }) => String(_id));
  }

  stored(): Promise<Person> {
    return Contact.findById(this.betsy._id).orFail().lean();
  }

  async stateOf(): Promise<string> {
    return (await Appointment.findById(this.booked).orFail().lean()).state;
  }

  /** Another mother, who gets William once he is there. */
  mother(): Promise<Person> {
    return Contact.findOne({ 'record.id': this.#others[0] }).orFail().lean();
  }

  async #tiedNow(): Promise<string[]> {
    const found = await Contact.find({ 'relations.student': this.id }).lean();
    return found.map(({ _id }) => String(_id)).sort();
  }

  /** The district gives Betsy's id to William, who has classes and a mother of his own. */
  recycle(): void {
    const { sandbox } = this.nights.district;
    const { id } = this;
    this.renameTo(id);
    for (let index = 0; index < sandbox.totals().sections; index += 1) {
      const section = sandbox.idOf('section', index);
      const { students = [] } = (sandbox.read(section) ?? {}) as { students?: string[] };
      if (students.includes(id))
        sandbox.change(section, { students: students.filter((other) => other !== id) });
      else if (index % 7 === 0) sandbox.change(section, { students: [...students, id] });
    }
    // Another mother has him now, and Betsy's mother is gone from the district.
    sandbox.change(this.#others[0] ?? assert.fail(), {
      roles: {
        contact: {
          student_relationships: [{ student: id, relationship: 'Parent', type: 'Primary' }],
        },
      },
    });
    sandbox.remove(this.guardian.record?.id ?? '');
  }

  /** William's name and birth date come with an id. */
  renameTo(id: string): void {
    const { sandbox } = this.nights.district;
    const was = sandbox.read(id) as { roles: { student: object } };
    sandbox.change(id, {
      name: { first: 'William', middle: '', last: 'Johns' },
      email: 'wjohns@school.example',
      roles: { student: { ...was.roles.student, dob: '3/2/2014' } },
    });
  }

  async staysAsItWas(): Promise<void> {
    const { record, ...now } = await this.stored();
    const { record: _, ...before } = this.betsy;
    assert.deepEqual(now, before);
    assert.equal(record?.id, this.id);
    assert.deepEqual(await this.classesOf(this.betsy._id), this.classes);
    assert.equal(await this.stateOf(), 'booked');
    const { status, relations } = await Contact.findById(this.guardian._id).orFail().lean();
    assert.equal(status, 'active');
    assert.deepEqual(relations, this.guardian.relations);
    // Nobody new is tied to her.
    assert.deepEqual(await this.#tiedNow(), this.tied);
    assert.equal(await Contact.countDocuments({ firstName: 'William', lastName: 'Johns' }), 0);
  }

  /**
   * Answers the open question.
   * @returns the page that follows
   */
  async decide(as: string, sure?: 'yes'): Promise<Response> {
    const { _id } = await Duplicate.findOne({ state: 'open' }).orFail().lean();
    const answer = await this.office.post(
      `${HOME}/${String(_id)}/identity`,
      { as, ...(sure ? { sure } : {}) },
      HOME,
    );
    if (answer.status === 200) return answer;
    assert.equal(answer.status, 303);
    return this.office.get(HOME);
  }
}
