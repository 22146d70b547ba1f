import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import type { Appointment } from '../../../server/models/appointment.js';
import { Class } from '../../../server/models/class.js';
import { Contact } from '../../../server/models/contact.js';
import { RosterChange } from '../../../server/models/roster-change.js';
import { Resource } from '../../../server/models/resource.js';
import { Slot } from '../../../server/models/slot.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import { makeUser, Visitor } from '../app.js';
import { makeAppointment } from '../appointment.js';
import { sayResult } from '../say-run.js';
import { startSyncedDistrict, type TestDistrict } from './district.js';

/** A name that must not be taken for markup. */
export const HOSTILE = '<script>alert(1)</script>';

export function pathOf(run: { _id: Types.ObjectId }): string {
  return `/importer/runs/${run._id.toHexString()}`;
}

/** A district that was synced once, and its administrator's browser. */
export class Office {
  private constructor(
    readonly district: TestDistrict,
    readonly visitor: Visitor,
  ) {}

  static async open(): Promise<Office> {
    const district = await startSyncedDistrict({ students: 60 });
    const user = await makeUser(district.account, 'administrator');
    return new Office(district, await new Visitor(district.test.app).logIn(user));
  }

  /** The event's Sync tab. */
  get tab(): string {
    return `/events/${this.district.event.toHexString()}/sync`;
  }

  async visitorAs(
    level: 'event administrator' | 'appointment maker',
    event?: Types.ObjectId,
  ): Promise<Visitor> {
    const user = await makeUser(this.district.account, level, event ? { event } : {});
    return new Visitor(this.district.test.app).logIn(user);
  }

  leave(count: number): void {
    const { sandbox } = this.district;
    for (let index = 0; index < count; index += 1) sandbox.removeStudent(sandbox.idOf('student', index));
  }

  rename(index: number, first: string): void {
    const { sandbox } = this.district;
    sandbox.change(sandbox.idOf('student', index), { name: { first, last: 'Ray' } });
  }

  /** An appointment of a student with a teacher of theirs. */
  async book(index: number): Promise<Appointment> {
    const { account, event, sandbox } = this.district;
    const student = await Contact.findOne({ 'record.id': sandbox.idOf('student', index) })
      .orFail()
      .lean();
    const item = await Class.findOne({ 'synced.students': student._id }).orFail().lean();
    const resource = await Resource.findOne({ contact: item.synced.teachers[0] }).orFail().lean();
    const from = new Date('2026-11-24T20:00:00Z');
    const to = new Date(from.getTime() + 600_000);
    const slot = await Slot.create({ account, event, resource: resource._id, from, to, day: '2026-11-24' });
    return makeAppointment(slot.toObject(), { students: [student._id] });
  }

  /** A sync of the event that ends well. */
  async sync(): Promise<SyncRun> {
    const run = await this.district.sync();
    assert.equal(run.state, 'done', sayResult(run));
    return run;
  }

  /** What waits for a decision, by kind. */
  withheld(kind: string): Promise<RosterChange[]> {
    return RosterChange.find({ state: 'withheld', kind }).lean();
  }

  /** Presses Preview on the Sync tab and lets it finish. */
  async preview(): Promise<SyncRun> {
    await this.visitor.post(`${this.tab}/previews`, {}, this.tab);
    const { _id } = await SyncRun.findOne({ purpose: 'preview' }).sort({ _id: -1 }).orFail().lean();
    await this.district.work(_id);
    return SyncRun.findById(_id).orFail().lean();
  }

  close(): Promise<void> {
    return this.district.close();
  }
}
