import assert from 'node:assert/strict';
import type { Types } from 'mongoose';
import { cancelAppointment } from '../../../server/booking/cancel-appointment.js';
import { expireHolds } from '../../../server/booking/expire-holds.js';
import { holdSlot, type Held } from '../../../server/booking/hold-slot.js';
import type { Household } from '../../../server/models/household.js';
import type { Slot } from '../../../server/models/slot.js';
import { createTestApp, type TestApp } from '../app.js';
import { emptyDatabase } from '../hooks.js';
import { asApp } from '../scans.js';
import {
  bookSlot,
  EVE,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
  type ConferenceOptions,
} from './conference.js';

/** A conference with two families who book at it, the evening before. */
export class TwoFamilies {
  test!: TestApp;
  fair!: Conference;
  family!: Household;
  others!: Household;

  async begin(): Promise<void> {
    await emptyDatabase();
    this.test = createTestApp();
    this.test.setNow(EVE);
    await this.set();
  }

  async set(options: ConferenceOptions = {}): Promise<void> {
    this.fair = await makeConference(options);
    const { account, students } = this.fair;
    this.family = await makeHousehold(account._id, students.slice(0, 1));
    this.others = await makeHousehold(account._id, students.slice(1, 2));
  }

  slot(teacher = 0, n = 0): Slot {
    return this.fair.teachers[teacher]!.slots[n]!;
  }

  book(household: Household, at: Slot, more = {}): Promise<Held> {
    return asApp(() => bookSlot(this.test.deps, wishOf(this.fair, household, at, more)));
  }

  hold(household: Household, at: Slot, more = {}): Promise<Held> {
    return asApp(() => holdSlot(this.test.deps, wishOf(this.fair, household, at, more)));
  }

  cancel(id: Types.ObjectId, by: 'household' | 'school' = 'household') {
    const appointment = { _id: id, account: this.fair.account._id };
    const actor = { user: this.family.adults[0]! };
    return asApp(() => cancelAppointment(this.test.deps, { appointment, by, actor }));
  }

  later(ms: number): void {
    this.test.setNow(new Date(EVE.getTime() + ms));
  }

  /** The job that ends what is over. */
  clean(): Promise<void> {
    return asApp(() => expireHolds(this.test.deps, new AbortController().signal));
  }
}

export function idOf(held: Held): Types.ObjectId {
  assert.ok(held.ok, held.ok ? '' : held.reason);
  return held.appointment._id;
}
