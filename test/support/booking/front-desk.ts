import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import type { Response } from 'supertest';
import { Appointment } from '../../../server/models/appointment.js';
import { Contact } from '../../../server/models/contact.js';
import { personKeys } from '../../../server/models/person-keys.js';
import type { AccessLevel, User } from '../../../server/models/user.js';
import { makeUser, Visitor } from '../app.js';
import type { ConferenceOptions } from './conference.js';
import { Desk, hidden } from './desk.js';

/** The school's front desk: a conference, and staff of a level at their browsers. */
export class FrontDesk {
  private constructor(readonly desk: Desk) {}

  static async open(options?: ConferenceOptions): Promise<FrontDesk> {
    return new FrontDesk(await Desk.open(options));
  }

  get fair() {
    return this.desk.fair;
  }

  get home(): string {
    return `/events/${String(this.fair.event._id)}/desk`;
  }

  async clerk(level: AccessLevel = 'appointment maker'): Promise<{ visitor: Visitor; user: User }> {
    const user = await makeUser(this.fair.account._id, level);
    return { visitor: await new Visitor(this.desk.test.app).logIn(user), user };
  }

  /** A guardian of the roster without a login. */
  async guardianOf(n: number, more: Partial<Contact> = {}): Promise<Contact> {
    const facts = {
      type: 'guardian' as const,
      firstName: 'Rosa',
      lastName: 'Lopez',
      email: 'rosa@example.org',
      phone: '(555) 010-1234',
      schoolId: '',
      birthDate: '',
      ...more,
    };
    const made = await Contact.create({
      account: this.fair.account._id,
      source: 'clever',
      status: 'active',
      record: { id: `guardian-${facts.firstName}-${String(n)}`, hash: '' },
      relations: [{ student: this.fair.students[n]!.record!.id, relationship: 'Parent', type: '' }],
      ...facts,
      ...personKeys(facts),
    });
    return made.toObject();
  }

  slot(teacher: number, n: number) {
    return this.fair.teachers[teacher]!.slots[n]!;
  }

  childPath(n = 0): string {
    return `${this.home}/children/${String(this.fair.students[n]!._id)}`;
  }

  /** Opens the page that moves an appointment, and selects a time. */
  async move(visitor: Visitor, id: string, slot: { _id: unknown }, more = {}): Promise<Response> {
    const path = `${this.home}/appointments/${id}/move`;
    const page = await visitor.get(path);
    return visitor.agent
      .post(path)
      .type('form')
      .send({
        _csrf: hidden(page.text, '_csrf'),
        key: hidden(page.text, 'key'),
        slot: String(slot._id),
        ...more,
      });
  }

  /** Opens the child and selects a time. */
  async choose(visitor: Visitor, teacher: number, n: number, child = 0, more = {}): Promise<Response> {
    const page = await visitor.get(this.childPath(child));
    assert.equal(page.status, 200);
    return visitor.agent
      .post(`${this.home}/appointments`)
      .type('form')
      .send({
        _csrf: hidden(page.text, '_csrf'),
        student: hidden(page.text, 'student'),
        adult: hidden(page.text, 'adult'),
        key: hidden(page.text, 'key'),
        slot: String(this.slot(teacher, n)._id),
        ...more,
      });
  }

  /** @returns the booked appointment's id */
  async book(visitor: Visitor, teacher: number, n: number, child = 0, more = {}): Promise<string> {
    const held = await this.choose(visitor, teacher, n, child, more);
    assert.equal(held.status, 303, held.text);
    const path = held.headers.location ?? '';
    const done = await visitor.post(`${path}/confirmation`, { note: 'By phone' }, path);
    assert.equal(done.status, 303, done.text);
    return path.split('/').at(-1) ?? '';
  }

  stateOf(id: string | Types.ObjectId) {
    return Appointment.findById(id).orFail().lean();
  }
}
