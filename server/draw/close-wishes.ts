import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { childrenWithTeachers } from '../booking/queries.js';
import { Draw } from '../models/draw.js';
import { DrawEntry, type DrawWish } from '../models/draw-entry.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import type { Slot } from '../models/slot.js';
import { dayOf } from '../web/local-time.js';
import { placed } from '../web/place.js';
import type { Wanted } from '../booking/find-around.js';
import { findOpenings } from '../planning/find-openings.js';
import { drawWishes, type DrawFamily, type DrawInput, type Drawn, type DrawSlot } from './draw-wishes.js';
import { pack } from './find-draw.js';

/** What is published: all that is needed to do a draw again, without a word of who anybody is. */
export interface DrawList {
  hash: string;
  seed: string;
  input: DrawInput;
  drawn: Drawn[];
}

/** What the numbers of an input stand for: kept beside it, and shown to nobody. */
export interface DrawKeys {
  slots: string[];
  /** By the family's code, as they were when they were closed. */
  wishes: Record<string, DrawWish[]>;
}

/**
 * Closes a round's wishes: one write keeps what is drawn from, and the result. Of what a family wishes only times count that it
 * could be booked at now, so that the list gives nothing that can't be had.
 * @returns false where somebody else has closed or changed it meanwhile
 */
export async function closeWishes(draw: Draw, event: Event, now: Date): Promise<boolean> {
  const { keys, ...input } = await readInput(draw, event, now);
  const { hash, seed } = draw;
  const list: DrawList = { hash, seed, input, drawn: drawWishes(input, seed) };
  const closed = await Draw.updateOne(
    { _id: draw._id, state: 'collecting', until: draw.until },
    { $set: { state: 'booking', list: await pack(list), keys: await pack(keys) } },
  );
  return closed.modifiedCount === 1;
}

async function readInput(draw: Draw, event: Event, now: Date): Promise<DrawInput & { keys: DrawKeys }> {
  const teachers = new Map<string, number>();
  const teacherOf = (id: string): number => {
    if (!teachers.has(id)) teachers.set(id, teachers.size);
    return teachers.get(id) ?? 0;
  };
  const numbers = new Map<string, number>();
  const slots: DrawSlot[] = [];
  const days: Record<string, number> = {};
  const families: DrawFamily[] = [];
  const wishes: DrawKeys['wishes'] = {};
  const numberOf = (slot: Slot): number => {
    const id = String(slot._id);
    const known = numbers.get(id);
    if (known !== undefined) return known;
    const teacher = teacherOf(String(slot.resource));
    numbers.set(id, slots.length);
    slots.push({ teacher, day: slot.day, from: +slot.from, to: +slot.to, seats: slot.capacity });
    return slots.length - 1;
  };
  // By their codes, not by when they came: the list tells nothing of that.
  for await (const entry of DrawEntry.find({ draw: draw._id }).sort({ code: 1 }).lean()) {
    const household = await Household.findById(entry.household).lean();
    if (!household) continue;
    // Whom they may not meet anymore, as in a class that was hidden meanwhile, would only take times from others.
    const met = new Set(
      (await childrenWithTeachers(event, household.children, [])).flatMap((child) =>
        child.left ? [] : child.teachers.map((teacher) => `${child.id}:${teacher.id}`),
      ),
    );
    const wished = entry.wishes.filter((wish) => met.has(`${String(wish.student)}:${String(wish.resource)}`));
    const wanted: Wanted[] = wished.map(({ student, resource }) => ({ students: [student], resource }));
    const family = { event: placed(event, {}), household, actor: { user: entry.user } };
    const { offers, kept, left } = await findOpenings(family, wanted, now);
    const busy = await kept();
    const gapMs = event.booking.gapMinutes * 60_000;
    const isClear = ({ from, to }: Slot) =>
      busy.every((one) => +from >= +one.to + gapMs || +one.from >= +to + gapMs);
    // Only the children of wishes: how many others a family has is nobody's business.
    const students = [...new Set(wished.map(({ student }) => String(student)))];
    const orNull = (most: number) => (Number.isFinite(most) ? most : null);
    wishes[entry.code] = entry.wishes;
    families.push({
      code: entry.code,
      most: orNull(left.family),
      children: students.map((student) => orNull(left.child(student))),
      wishes: entry.wishes.map((wish) => {
        const offer = offers[wished.indexOf(wish)];
        const free = (offer?.openings ?? []).map(({ slot }) => slot).filter(isClear);
        const dear = wish.slots.flatMap((id) => free.find((slot) => slot._id.equals(id)) ?? []);
        const rest = wish.any ? free.filter((slot) => !dear.includes(slot)) : [];
        return {
          child: students.indexOf(String(wish.student)),
          slots: [...dear, ...rest].map(numberOf),
        };
      }),
    });
  }
  await countSeats(event, { slots, days, keys: [...numbers.keys()], teachers: [...teachers.keys()] });
  return {
    gapMs: event.booking.gapMinutes * 60_000,
    days,
    slots,
    families,
    keys: { slots: [...numbers.keys()], wishes },
  };
}

/** Takes off what is booked already: of the seats of a slot, and of a teacher's day where that has a limit. */
async function countSeats(
  event: Event,
  { slots, days, keys, teachers }: Pick<DrawInput, 'slots' | 'days'> & { keys: string[]; teachers: string[] },
): Promise<void> {
  const taken = await Appointment.find(
    { event: event._id, state: { $in: LIVING_STATES } },
    { slot: 1, more: 1, resource: 1, from: 1 },
  ).lean();
  const places = new Map(keys.map((id, index) => [id, index]));
  for (const one of taken)
    for (const id of slotsOf(one)) {
      const slot = slots[places.get(String(id)) ?? -1];
      if (slot) slot.seats -= 1;
    }
  const most = event.booking.perTeacherAndDay;
  if (!most) return;
  for (const { teacher, day } of slots) days[`${teacher} ${day}`] = most;
  for (const { resource, from } of taken) {
    const day = `${teachers.indexOf(String(resource))} ${dayOf(from, event.timeZone)}`;
    if (days[day] !== undefined) days[day] -= 1;
  }
}
