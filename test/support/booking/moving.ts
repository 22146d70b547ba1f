import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { cancelAppointment } from '../../../server/booking/cancel-appointment.js';
import { expireHolds } from '../../../server/booking/expire-holds.js';
import { reconcileSlots } from '../../../server/booking/reconcile-slots.js';
import { Appointment, LIVING_STATES } from '../../../server/models/appointment.js';
import { Event } from '../../../server/models/event.js';
import { Household } from '../../../server/models/household.js';
import { SlotMove, WORKING_STATES } from '../../../server/models/slot-move.js';
import { User } from '../../../server/models/user.js';
import { WAIT_MS } from '../../../server/moves/policy.js';
import { continueMoves } from '../../../server/moves/run-move.js';
import type { MoveForm } from '../../../server/moves/schema.js';
import { startMove, type Started } from '../../../server/moves/start-move.js';
import { undoMove } from '../../../server/moves/undo-move.js';
import type { Actor } from '../../../server/web/actor.js';
import { createTestApp, makeUser, type TestApp } from '../app.js';
import { emptyDatabase } from '../hooks.js';
import { asApp } from '../scans.js';
import {
  bookSlot,
  DAY,
  EVE,
  makeConference,
  makeHousehold,
  wishOf,
  type Conference,
  type ConferenceOptions,
} from './conference.js';

const going = new AbortController().signal;
/** A worker that has been silent for that long is dead. */
const SILENCE_MS = 61_000;

/** A conference whose day is moved: a household for each child, with an adult who can be mailed. */
export class Moving {
  now = EVE;

  private constructor(
    readonly test: TestApp,
    readonly fair: Conference,
    readonly homes: Household[],
    readonly actor: Actor,
  ) {
    this.setNow(EVE);
  }

  static async open(options?: ConferenceOptions): Promise<Moving> {
    await emptyDatabase();
    return Moving.over(createTestApp({ SMTP_URL: 'smtp://127.0.0.1:9' }), await makeConference(options));
  }

  /** With the conference of an app that is there already. */
  static async over(test: TestApp, fair: Conference): Promise<Moving> {
    const homes: Household[] = [];
    for (const [n, student] of fair.students.entries()) {
      const adult = await makeUser(fair.account._id, 'customer', { email: `adult${String(n)}@x.org` });
      homes.push(await makeHousehold(fair.account._id, [student], adult._id));
    }
    const user = new Types.ObjectId();
    return new Moving(test, fair, homes, { account: fair.account._id, user } as Actor);
  }

  setNow(at: Date): void {
    this.now = at;
    this.test.setNow(at);
  }

  get deps() {
    return this.test.deps;
  }

  async addAdult(home: number, more: Partial<User>): Promise<void> {
    const { _id } = await makeUser(this.fair.account._id, 'customer', more);
    await User.updateOne({ _id }, { $set: more });
    await Household.updateOne({ _id: this.homes[home]!._id }, { $push: { adults: _id } });
  }

  /** @returns undefined where it can't be booked */
  async tryToBook(
    home: number,
    teacher: number,
    slot: number,
    inARow?: number,
  ): Promise<Types.ObjectId | undefined> {
    const wish = wishOf(this.fair, this.homes[home]!, this.fair.teachers[teacher]!.slots[slot]!);
    const held = await bookSlot(this.deps, wish, inARow);
    return held.ok ? held.appointment._id : undefined;
  }

  async book(home: number, teacher: number, slot: number, inARow?: number): Promise<Types.ObjectId> {
    const booked = await this.tryToBook(home, teacher, slot, inARow);
    assert.ok(booked, 'booked');
    return booked;
  }

  /** The family cancels what it has with a teacher. */
  async cancel(home: number, teacher: number): Promise<void> {
    const appointment = await Appointment.findOne({
      household: this.homes[home]!._id,
      resource: this.fair.teachers[teacher]!.resource._id,
      state: { $in: LIVING_STATES },
    }).lean();
    const user = this.homes[home]!.adults[0]!;
    if (appointment) await cancelAppointment(this.deps, { appointment, by: 'household', actor: { user } });
  }

  async tryToStart(form: Partial<MoveForm>): Promise<Started> {
    const event = await Event.findById(this.fair.event._id).orFail().lean();
    const usual = {
      kind: 'move' as const,
      day: DAY,
      room: '',
      toDay: '',
      toTime: '',
      notice: '',
      elsewhere: false,
    };
    const key = new Types.ObjectId();
    return startMove(this.deps, this.actor, event, { ...usual, key, ...form });
  }

  /** @returns the move's id */
  async start(form: Partial<MoveForm>): Promise<string> {
    const started = await this.tryToStart(form);
    assert.ok(started.ok);
    return String(started.move);
  }

  async undo(): Promise<boolean> {
    const move = await SlotMove.findOne({ state: 'waiting' }).lean();
    return move ? undoMove(this.deps, this.actor, move) : false;
  }

  /** What a worker does now. */
  work(): Promise<void> {
    return asApp(() => continueMoves(this.deps, going));
  }

  /** Lets time pass until no move has anything left to do, and no job either. */
  async end(): Promise<void> {
    for (;;) {
      this.setNow(new Date(+this.now + SILENCE_MS));
      await this.work();
      const left = await SlotMove.findOne({ state: { $in: ['waiting', ...WORKING_STATES] } }).lean();
      if (!left) break;
      if (left.state === 'waiting') this.setNow(new Date(+this.now + WAIT_MS));
    }
    await asApp(() => expireHolds(this.deps, going));
    await asApp(() => reconcileSlots(this.deps, going));
  }
}
