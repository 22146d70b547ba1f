import assert from 'node:assert/strict';
import { Types } from 'mongoose';
import { cancelAppointment } from '../../../server/booking/cancel-appointment.js';
import { confirmAppointment } from '../../../server/booking/confirm-appointment.js';
import { expireHolds } from '../../../server/booking/expire-holds.js';
import { holdSlot } from '../../../server/booking/hold-slot.js';
import { Account } from '../../../server/models/account.js';
import { Appointment, LIVING_STATES } from '../../../server/models/appointment.js';
import { Class } from '../../../server/models/class.js';
import { Event } from '../../../server/models/event.js';
import type { Household } from '../../../server/models/household.js';
import { Slot } from '../../../server/models/slot.js';
import { SlotMove, SlotMoveItem } from '../../../server/models/slot-move.js';
import { User } from '../../../server/models/user.js';
import { WAIT_MS } from '../../../server/moves/policy.js';
import { continueMoves } from '../../../server/moves/run-move.js';
import { startMove } from '../../../server/moves/start-move.js';
import { undoMove } from '../../../server/moves/undo-move.js';
import type { Actor } from '../../../server/web/actor.js';
import { makeUser, type TestApp } from '../app.js';
import { bookSlot, EVE, makeConference, makeHousehold, wishOf, type Conference } from './conference.js';
import { Witness } from './witness.js';

/** Three teachers, the last of them a parent too, from 5:30 to 6:30 PM with UTC's midnight in between; four families. */
export async function makeDay(test: TestApp): Promise<SchoolDay> {
  const fair = await makeConference({ students: 3, teachers: 3, slots: 6 });
  for (const { slots } of fair.teachers)
    for (const slot of slots.reverse()) {
      // The last first, so that none comes upon another.
      slot.from = new Date(+slot.from + 1_800_000);
      slot.to = new Date(+slot.to + 1_800_000);
      await Slot.deleteOne({ _id: slot._id });
      await Slot.create(slot);
    }
  const park = await makeUser(fair.account._id, 'customer');
  const teacher = fair.teachers[2]!.contact._id;
  await User.updateOne({ _id: park._id }, { $set: { 'grants.0.contact': teacher } });
  const [ana, leo, mia] = fair.students;
  const homes = [
    await makeHousehold(fair.account._id, [ana!]),
    // Another adult of the same child, not one household.
    await makeHousehold(fair.account._id, [ana!]),
    await makeHousehold(fair.account._id, [leo!]),
    await makeHousehold(fair.account._id, [mia!], park._id),
  ];
  return new SchoolDay(test, fair, homes);
}

export interface Move {
  kind: 'move' | 'cancel';
  /** 3 is everybody's. */
  teacher: number;
  /** '' is the same day, and the same time. */
  toDay: string;
  toTime: string;
  part: number;
}

export type Rules = Pick<
  Event['booking'],
  'perHousehold' | 'perStudentAndTeacher' | 'perStudent' | 'perTeacherAndDay' | 'gapMinutes'
>;

/** A small school on which anything is done, and what must hold whatever it was. */
export class SchoolDay extends Witness {
  private now = EVE;

  constructor(
    private readonly test: TestApp,
    fair: Conference,
    homes: Household[],
  ) {
    super(fair, homes);
    this.pass(0);
  }

  pass(ms: number): void {
    this.now = new Date(this.now.getTime() + ms);
    this.test.setNow(this.now);
  }

  private async wish(home: number, teacher: number, slot: number, replaces?: Types.ObjectId) {
    const at = this.fair.teachers[teacher % 3]!.slots[slot % 6]!;
    const event = (await Event.findById(this.fair.event._id).lean())!;
    return { ...wishOf(this.fair, this.homes[home]!, at, replaces ? { replaces } : {}), event };
  }

  async hold(home: number, teacher: number, slot: number): Promise<void> {
    await holdSlot(this.test.deps, await this.wish(home, teacher, slot));
  }

  async book(home: number, teacher: number, slot: number): Promise<void> {
    await bookSlot(this.test.deps, await this.wish(home, teacher, slot));
  }

  async change(home: number, slot: number): Promise<void> {
    const old = await Appointment.findOne({ household: this.homes[home]!._id, state: 'booked' }).lean();
    if (!old) return;
    const teacher = this.fair.teachers.findIndex(({ resource }) => resource._id.equals(old.resource));
    await bookSlot(this.test.deps, await this.wish(home, teacher, slot, old._id));
  }

  async confirm(which: number): Promise<void> {
    const pending = await Appointment.find({ state: 'pending' }).sort({ _id: 1 }).lean();
    const one = pending[which % pending.length];
    if (!one) return;
    await confirmAppointment(this.test.deps, {
      event: (await Event.findById(one.event).lean())!,
      appointment: one._id,
      household: one.household,
      user: one.bookedBy,
      by: 'household',
      note: '',
    });
  }

  async cancel(which: number): Promise<void> {
    const living = await Appointment.find({ state: { $in: LIVING_STATES } })
      .sort({ _id: 1 })
      .lean();
    const appointment = living[which % living.length];
    if (!appointment) return;
    const actor = { user: appointment.bookedBy };
    await cancelAppointment(this.test.deps, { appointment, by: 'school', actor });
  }

  /** A family cancels, in time or too late. */
  async giveUp(which: number): Promise<void> {
    const living = await Appointment.find({ state: { $in: LIVING_STATES } })
      .sort({ _id: 1 })
      .lean();
    const appointment = living[which % living.length];
    if (!appointment) return;
    const { booking } = (await Event.findById(appointment.event).lean())!;
    const answer = await cancelAppointment(this.test.deps, {
      appointment,
      by: 'household',
      actor: { user: appointment.bookedBy },
    });
    assert.equal(answer.ok, this.isBefore(appointment.from, booking.cancelHoursBefore));
  }

  private isBefore(from: Date, hours: number): boolean {
    return +from - hours * 3_600_000 > +this.now;
  }

  /** How long before a meeting families may book and cancel. */
  async cutOff(stopHoursBefore: number, cancelHoursBefore: number): Promise<void> {
    const set = {
      'booking.stopHoursBefore': stopHoursBefore,
      'booking.cancelHoursBefore': cancelHoursBefore,
    };
    await Event.updateOne({ _id: this.fair.event._id }, { $set: set });
  }

  inZone = (timeZone: string) => Event.updateOne({ _id: this.fair.event._id }, { $set: { timeZone } });

  /** The office moves or cancels a day, or a teacher's part of it; its worker is told to end after some slots. */
  async move({ kind, teacher, toDay, toTime, part }: Move): Promise<void> {
    const event = (await Event.findById(this.fair.event._id).lean())!;
    const { resource } = this.fair.teachers[teacher % 3]!;
    const first = await Slot.findOne({ resource: resource._id }).sort({ from: 1 }).lean();
    const actor = { user: this.homes[0]!.adults[0]!, account: event.account } as Actor;
    await startMove(this.test.deps, actor, event, {
      ...{ kind, day: first!.day, toDay, toTime, room: '', notice: '', elsewhere: true },
      key: new Types.ObjectId(),
      ...(teacher < 3 ? { teacher: resource._id } : {}),
    });
    await this.goOn(part);
  }

  /** Does what moves have to do. @param part how often its worker looks whether it is to end */
  async goOn(part = Infinity): Promise<void> {
    let looks = 0;
    const stopping = {
      get aborted() {
        looks += 1;
        return looks > part;
      },
    } as AbortSignal;
    await continueMoves(this.test.deps, stopping);
  }

  async undoMoves(part: number): Promise<void> {
    const actor = { user: this.homes[0]!.adults[0]! } as Actor;
    for (const move of await SlotMove.find({ state: 'waiting' }).lean())
      await undoMove(this.test.deps, actor, move);
    await this.goOn(part);
  }

  /** Families are told of what was moved; what was canceled ends. */
  async tellMoves(): Promise<void> {
    await this.goOn();
    this.pass(WAIT_MS);
    await this.goOn();
  }

  override async findFaults(before: Awaited<ReturnType<Witness['look']>>): Promise<string[]> {
    return [...(await super.findFaults(before)), ...(await this.findTooLate(before.living))];
  }

  /** What a family has booked or changed since, though it was too late for that. */
  private async findTooLate(before: ReadonlySet<string>): Promise<string[]> {
    const { booking } = (await Event.findById(this.fair.event._id).lean())!;
    const living = await Appointment.find({ state: { $in: LIVING_STATES } }).lean();
    const fresh = living.filter(({ _id }) => !before.has(String(_id)));
    const faults = fresh.flatMap(({ from }) =>
      this.isBefore(from, booking.stopHoursBefore) ? [] : ['booked too late'],
    );
    for (const { replaces } of fresh) {
      const old = replaces && (await Appointment.findById(replaces).lean());
      if (old && !this.isBefore(old.from, booking.cancelHoursBefore)) faults.push('changed too late');
    }
    return faults;
  }

  override async findLeftovers(): Promise<string[]> {
    const cancels = await SlotMove.distinct('_id', { kind: 'cancel' });
    const canceled = await SlotMoveItem.distinct('slot', {
      move: { $in: cancels },
      state: { $ne: 'undone' },
    });
    const locked = await Slot.countDocuments({ _id: { $nin: canceled }, state: 'unavailable', message: '' });
    return [...(await super.findLeftovers()), ...(locked > 0 ? [`${String(locked)} slots are locked`] : [])];
  }

  expire(): Promise<void> {
    return expireHolds(this.test.deps, new AbortController().signal);
  }

  async rule(booking: Rules) {
    const { perHousehold, perStudentAndTeacher, perStudent, perTeacherAndDay, gapMinutes } = booking;
    const set = { perHousehold, perStudentAndTeacher, perStudent, perTeacherAndDay, gapMinutes };
    await Event.updateOne(
      { _id: this.fair.event._id },
      { $set: Object.fromEntries(Object.entries(set).map(([name, value]) => [`booking.${name}`, value])) },
    );
  }

  async allow(teacher: number, allowed: number | undefined): Promise<void> {
    const change =
      allowed === undefined ? { $unset: { 'edits.allowed': 1 } } : { $set: { 'edits.allowed': allowed } };
    await Class.updateOne({ _id: this.classOf(teacher) }, change);
  }

  async live(timeZone: string): Promise<void> {
    await Account.updateOne({ _id: this.fair.account._id }, { $set: { timeZone } });
  }

  async onDays(days: readonly string[]): Promise<void> {
    await Event.updateOne({ _id: this.fair.event._id }, { $set: { days } });
  }

  async seat(teacher: number, slot: number, capacity: number): Promise<void> {
    await Slot.updateOne({ _id: this.fair.teachers[teacher]!.slots[slot]!._id }, { $set: { capacity } });
  }

  private classOf(teacher: number): Types.ObjectId {
    return this.fair.teachers[teacher % 3]!.class._id;
  }

  /** What people or a sync do to a class; its appointments stay as they are, or become problems. */
  async changeClass(
    what: 'hide' | 'show' | 'delete' | 'restore' | 'swap' | 'leave' | 'join',
    teacher: number,
    home: number,
  ): Promise<void> {
    const id = this.classOf(teacher);
    const student = this.homes[home]!.children[0]!.student;
    switch (what) {
      case 'hide':
        await Class.updateOne({ _id: id }, { $set: { 'edits.type': 'Hide' } });
        return;
      case 'show':
        await Class.updateOne({ _id: id }, { $unset: { 'edits.type': 1 } });
        return;
      case 'delete':
        await Class.updateOne({ _id: id }, { $set: { status: 'deleted' } });
        await Appointment.updateMany(
          { class: id, state: 'booked' },
          { $set: { state: 'problem', problem: { code: 'text', text: 'x' } } },
        );
        return;
      case 'restore':
        await Class.updateOne({ _id: id }, { $set: { status: 'active' } });
        await Appointment.updateMany({ class: id, state: 'problem' }, { $set: { state: 'booked' } });
        return;
      case 'leave':
        await Class.updateOne({ _id: id }, { $pull: { 'synced.students': student } });
        return;
      case 'join':
        await Class.updateOne({ _id: id }, { $addToSet: { 'synced.students': student } });
        return;
      case 'swap': {
        const [one, two] = [id, this.classOf(teacher + 1)];
        const teachersOf = async (of: Types.ObjectId) => (await Class.findById(of).lean())!.synced.teachers;
        const [first, second] = [await teachersOf(one), await teachersOf(two)];
        await Class.updateOne({ _id: one }, { $set: { 'synced.teachers': second } });
        await Class.updateOne({ _id: two }, { $set: { 'synced.teachers': first } });
      }
    }
  }
}
