import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { Account } from '../../../server/models/account.js';
import { Appointment } from '../../../server/models/appointment.js';
import { Class } from '../../../server/models/class.js';
import { Contact } from '../../../server/models/contact.js';
import { Duplicate } from '../../../server/models/duplicate.js';
import { Event } from '../../../server/models/event.js';
import { Household } from '../../../server/models/household.js';
import type { RosterRun } from '../../../server/models/roster-run.js';
import { SyncRun } from '../../../server/models/sync-run.js';
import { User } from '../../../server/models/user.js';
import { decideWithheldOfEvent } from '../../../server/review/run/decide-withheld.js';
import { mergeContacts } from '../../../server/duplicates/merge-contacts.js';
import { keepOfLost } from '../../../server/families/keep-appointments.js';
import { asApp } from '../scans.js';
import { bookable, bookIn } from './appointments.js';
import { startSyncedDistrict, type TestDistrict } from './district.js';
import { decideWithheld } from './decide-withheld.js';

const by = new Types.ObjectId();
const ACCEPT = { verdict: 'accept' as const, by, reason: 'New school year' };
/** Kinds of record whose ids become new. */
const KINDS = ['student', 'teacher', 'staff', 'district_admin', 'contact'] as const;
export const NUMBERS = {
  student: { communityId: 'sis_id', barcode: '' },
  teacher: { communityId: 'sis_id', barcode: '' },
  staff: { communityId: 'staff_id', barcode: '' },
};

/** A district with bookings of parents who log in, whose ids all become new. */
export class NewIds {
  district!: TestDistrict;
  /** Everybody who was here before. */
  people!: Contact[];
  /** What happened to each person's record id. */
  fresh = new Map<string, string>();

  /** @param mapped whether students, teachers and staff are known by their numbers */
  async begin(mapped: boolean): Promise<void> {
    const prepare = async (district: TestDistrict): Promise<void> => {
      if (mapped) await Account.updateOne({ _id: district.account }, { $set: { mapping: NUMBERS } });
      await chooseTerms(district);
    };
    const name = mapped ? 'known by numbers' : 'known by ids';
    this.district = await startSyncedDistrict({ students: 60 }, {}, { name, prepare });
    this.people = await Contact.find().sort({ _id: 1 }).lean();
    await this.#book();
  }

  /** Lets the event take the district's present terms. */
  chooseTerms(): Promise<void> {
    return chooseTerms(this.district);
  }

  /** Four parents, each with a booking for a child. One has no email address on the roster and logs in with another one. */
  async #book(): Promise<void> {
    const { account, event } = this.district;
    const classes = await bookable(event);
    const guardians = this.people.filter(
      ({ type, relations }) => type === 'guardian' && relations.length > 0,
    );
    const chosen = [
      guardians.find(({ email }) => !email.includes('@')) ?? assert.fail(),
      ...guardians.filter(({ email }) => email.includes('@')).slice(0, 3),
    ];
    for (const [nth, { _id, email, relations }] of chosen.entries()) {
      const child = this.people.find(({ record }) => record?.id === relations[0]?.student) ?? assert.fail();
      const at = new Date();
      const user = await User.create({
        email: email.includes('@') ? email.toLowerCase() : `parent-${String(nth)}@example.org`,
        name: 'A Parent',
        emailProvenAt: at,
        grants: [{ account, level: 'customer', contact: _id }],
        createdAt: at,
      });
      const children = [{ student: child._id, adult: user._id, by: 'roster' as const, at }];
      await Household.create({ account, adults: [user._id], children, createdAt: at });
      const item = classes.find(({ synced }) => synced.students.some((id) => id.equals(child._id)));
      await bookIn(item ?? assert.fail(), child._id);
    }
  }

  /** Gives all records of the district new ids. */
  reissue(): void {
    const { sandbox } = this.district;
    const idsOf = () =>
      KINDS.flatMap((kind) => Array.from({ length: 600 }, (_, index) => sandbox.idOf(kind, index)));
    const before = idsOf();
    sandbox.reissue();
    const after = idsOf();
    this.fresh = new Map(before.map((id, index) => [id, after[index] ?? '']));
  }

  /** What no sync may ever change: logins, families. */
  async logins(): Promise<unknown[]> {
    return [await User.find().sort({ _id: 1 }).lean(), await Household.find().sort({ _id: 1 }).lean()];
  }

  async booked(): Promise<string[]> {
    return (await Appointment.find().sort({ _id: 1 }).lean()).map(({ state }) => state);
  }

  classes(status: 'active' | 'gone' = 'active'): Promise<Class[]> {
    return Class.find({ status }).sort({ _id: 1 }).lean();
  }

  /** Decides that the students with bookings are those who came in under new ids. */
  async mergeBooked(): Promise<void> {
    const { deps, account } = this.district;
    const students: Types.ObjectId[] = await Appointment.distinct('students');
    for (const { contact, candidate } of await Duplicate.find({ candidate: { $in: students } }).lean())
      assert.deepEqual(
        await asApp(() => mergeContacts(deps, { account, user: by }, candidate, contact, keepOfLost(deps))),
        {
          ok: true,
        },
      );
  }

  /** Accepts what a refresh withheld. @returns what followed at the event */
  async accept(refresh: RosterRun): Promise<SyncRun> {
    const decided = await decideWithheld(this.district, refresh);
    return SyncRun.findOne({ refresh: decided }).orFail().lean();
  }

  /** Accepts what the update of the event withheld. */
  async acceptClasses(run: SyncRun): Promise<void> {
    const decided = await decideWithheldOfEvent(this.district.deps, run, ACCEPT);
    assert.ok(decided.ok);
    assert.equal((await this.district.work(decided.run)).state, 'done');
  }
}

async function chooseTerms({ sandbox, event }: TestDistrict): Promise<void> {
  const terms = Array.from({ length: sandbox.totals().terms }, (_, index) => {
    const { id, name, start_date, end_date } = sandbox.read(sandbox.idOf('term', index)) as Record<
      string,
      string
    >;
    return { id, name, start: start_date, end: end_date };
  });
  await Event.updateOne({ _id: event }, { $set: { 'sync.terms': terms } });
}
