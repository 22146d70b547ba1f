import type { Types } from 'mongoose';
import { utcDays } from '../../../server/claims/plan-needs.js';
import { Appointment, LIVING_STATES } from '../../../server/models/appointment.js';
import { Claim } from '../../../server/models/claim.js';
import { Class } from '../../../server/models/class.js';
import { Diary } from '../../../server/models/diary.js';
import { Event } from '../../../server/models/event.js';
import type { Household } from '../../../server/models/household.js';
import { Slot } from '../../../server/models/slot.js';
import type { Conference } from './conference.js';

interface Before {
  /** How many take place of whatever a rule counts. */
  counts: Map<string, number>;
  living: Set<string>;
}

/** Says what does not hold at a school, one line a fault; its last teacher is the adult of its last household. */
export class Witness {
  constructor(
    readonly fair: Conference,
    readonly homes: Household[],
  ) {}

  private get parentTeacher(): { household: Household; contact: Types.ObjectId } {
    return { household: this.homes[3]!, contact: this.fair.teachers[2]!.contact._id };
  }

  private living(): Promise<Appointment[]> {
    return Appointment.find({ state: { $in: LIVING_STATES } }).lean();
  }

  async look(): Promise<Before> {
    const [living, dayOf] = [await this.living(), await readDays()];
    const counts = new Map<string, number>();
    for (const item of living)
      for (const key of keysOf(item, dayOf(item))) counts.set(key, (counts.get(key) ?? 0) + 1);
    return { counts, living: new Set(living.map(({ _id }) => String(_id))) };
  }

  /** @param before what there was before the last step */
  async findFaults(before: Before): Promise<string[]> {
    return [...(await this.findSoldTwice(before)), ...(await this.findUnheld(await this.living()))];
  }

  async findSoldTwice(before: Before): Promise<string[]> {
    const living = await this.living();
    const event = (await Event.findById(this.fair.event._id).lean())!;
    return [
      ...(await this.findPassed(event, before)),
      ...this.findDoubled(living),
      ...findTooClose(event, living, before),
    ];
  }

  /** A limit may be lowered below what there is; more than it allows never comes to be afterwards. */
  private async findPassed(event: Event, { counts }: Before): Promise<string[]> {
    const { perHousehold, perStudentAndTeacher, perStudent, perTeacherAndDay } = event.booking;
    const [classes, slots] = [await Class.find().lean(), await Slot.find().lean()];
    const most = (key: string): number => {
      const [kind, id, student] = key.split(' ');
      if (kind === 'household') return perHousehold || Infinity;
      if (kind === 'student') return perStudent || Infinity;
      if (kind === 'day') return perTeacherAndDay || Infinity;
      if (kind === 'slot') return slots.find(({ _id }) => String(_id) === id)?.capacity ?? 0;
      const held = classes.find(({ _id }) => String(_id) === id);
      if (kind === 'class') return held?.edits.allowed ?? Infinity;
      const numbers = classes
        .filter(({ synced }) => synced.students.some((one) => String(one) === student))
        .map(({ edits }) => edits.allowed ?? 0);
      return Math.max(perStudentAndTeacher, ...numbers);
    };
    return [...(await this.look()).counts].flatMap(([key, count]) =>
      count > (counts.get(key) ?? 0) && count > most(key)
        ? [`${key}: ${String(count)} of ${String(most(key))}`]
        : [],
    );
  }

  /** Everybody who is at a meeting: the teacher who is a parent is one person in both parts. */
  private personsOf(item: Appointment): string[] {
    const { household, contact } = this.parentTeacher;
    const teacher = this.fair.teachers.find(({ resource }) => resource._id.equals(item.resource))!.contact
      ._id;
    const persons = [item.household, teacher];
    if (item.household.equals(household._id)) persons.push(contact);
    if (teacher.equals(contact)) persons.push(household._id);
    return [...new Set(persons.map(String))];
  }

  private findDoubled(living: Appointment[]): string[] {
    const faults: string[] = [];
    for (const a of living)
      for (const b of living) {
        if (String(a._id) >= String(b._id) || a.slot.equals(b.slot)) continue;
        if (a.from >= b.to || b.from >= a.to) continue;
        const both = this.personsOf(a).filter((person) => this.personsOf(b).includes(person));
        if (both.length > 0) faults.push(`${both.join()} at two places`);
      }
    return faults;
  }

  /** Each has its claims and diary entries, no more and no less. */
  private async findUnheld(living: Appointment[]): Promise<string[]> {
    const [claims, diaries, dayOf] = [await Claim.find().lean(), await Diary.find().lean(), await readDays()];
    return living.flatMap((item) => {
      const held = claims
        .filter(({ appointment }) => appointment.equals(item._id))
        .map(({ _id }) => _id.slice(0, _id.lastIndexOf(':')))
        .sort();
      const wanted = namesOf(item, dayOf(item)).sort();
      const faults =
        String(held) === String(wanted) ? [] : [`has ${held.join()} instead of ${wanted.join()}`];
      for (const person of this.personsOf(item)) {
        const days = utcDays(item.from, item.to).map((day) => `${person}:${day}`);
        const missing = days.filter(
          (id) =>
            !diaries
              .find(({ _id }) => _id === id)
              ?.busy.some(
                (entry) =>
                  entry.appointment.equals(item._id) && +entry.from === +item.from && +entry.to === +item.to,
              ),
        );
        faults.push(...missing.map((id) => `is not in diary ${id}`));
      }
      const others = diaries.filter(
        ({ _id, busy }) =>
          busy.some((entry) => entry.appointment.equals(item._id)) &&
          !this.personsOf(item).includes(_id.split(':')[0] ?? ''),
      );
      const past = diaries.flatMap(({ busy }) =>
        busy.filter((entry) => entry.appointment.equals(item._id) && +entry.from !== +item.from),
      );
      return [
        ...faults,
        ...others.map(({ _id }) => `is in diary ${_id}`),
        ...past.map(({ from }) => `is in a diary at ${from.toISOString()}`),
      ];
    });
  }

  /** What is on hold, unfinished, or held by what lives no more. */
  async findLeftovers(): Promise<string[]> {
    const living = new Set((await this.living()).map(({ _id }) => String(_id)));
    const stuck = await Appointment.find({ $or: [{ state: 'pending' }, { unfinished: true }] }).lean();
    const claims = await Claim.find().lean();
    const entries = (await Diary.find().lean()).flatMap(({ busy }) => busy);
    return [
      ...stuck.map(({ state }) => `an appointment is ${state}`),
      ...claims
        .filter(({ appointment, next }) => next !== undefined || !living.has(String(appointment)))
        .map(({ _id }) => _id),
      ...entries.filter(({ appointment }) => !living.has(String(appointment))).map(() => 'a diary entry'),
    ];
  }
}

/** Meetings of one family with less than the gap between them, one of which was booked since. */
function findTooClose(event: Event, living: Appointment[], before: Before): string[] {
  const gap = event.booking.gapMinutes * 60_000;
  return living
    .filter(({ _id }) => !before.living.has(String(_id)))
    .flatMap((fresh) =>
      living.filter(
        (other) =>
          !other._id.equals(fresh._id) &&
          other.household.equals(fresh.household) &&
          +other.from < +fresh.to + gap &&
          +fresh.from < +other.to + gap,
      ),
    )
    .map(() => 'two meetings of a family are too close');
}

/** On which local day each slot is, as it is stored with it. */
async function readDays(): Promise<(item: Appointment) => string> {
  const slots = await Slot.find({}, { day: 1 }).lean();
  const days = new Map(slots.map(({ _id, day }) => [String(_id), day]));
  return ({ slot }) => days.get(String(slot)) ?? '';
}

/** What rules count an appointment under. */
function keysOf(item: Appointment, day: string): string[] {
  const [student] = item.students.map(String);
  return [
    `slot ${String(item.slot)}`,
    `household ${String(item.household)}`,
    `student ${String(student)}`,
    `day ${String(item.resource)} ${day}`,
    `teacher ${String(item.resource)} ${String(student)}`,
    `class ${String(item.class)} ${String(student)}`,
  ];
}

/** What its claims are called, without their numbers. */
function namesOf(item: Appointment, day: string): string[] {
  const event = String(item.event);
  return [
    `slot:${String(item.slot)}`,
    `limit:${event}:${String(item.household)}`,
    `limit-day:${event}:${String(item.resource)}:${day}`,
    ...item.students.flatMap((student) => [
      `limit-student:${event}:${String(student)}`,
      `limit:${event}:${String(student)}:${String(item.resource)}`,
      `limit-family:${event}:${String(student)}:${String(item.resource)}:${String(item.household)}`,
      `limit:${event}:${String(student)}:${String(item.class)}`,
    ]),
    ...(item.replaces ? [`change:${String(item.replaces)}`] : []),
  ];
}
