import type { Types } from 'mongoose';
import { findPeople } from '../claims/find-people.js';
import { contactsOf, HOLDER, sitBeside } from '../claims/find-sitting.js';
import { childrenWithTeachers } from '../booking/queries.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import type { Draw } from '../models/draw.js';
import { DrawEntry, isWished, timesOf, type DrawWish } from '../models/draw-entry.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import type { Slot } from '../models/slot.js';
import { findOpenings } from '../planning/find-openings.js';
import { distinctIds } from '../web/lists.js';
import { dayOf } from '../web/local-time.js';
import { placed } from '../web/place.js';
import type { DrawFamily, DrawInput, DrawSlot } from './draw-wishes.js';
import { findParties, type Acting, type Party } from './find-acting.js';
import { shareTurns, type Sharing } from './share-turns.js';

/** What the numbers of an input stand for. Stored beside it, and shown to nobody. */
export interface DrawKeys {
  slots: string[];
  /** By the family's code, as they were when the round closed. */
  wishes: Record<string, DrawWish[]>;
}

/** Numbers ids in the order in which they come. */
class Numbers {
  readonly #known = new Map<string, number>();

  of(id: string): number {
    const known = this.#known.get(id) ?? this.#known.size;
    this.#known.set(id, known);
    return known;
  }

  find(id: string): number | undefined {
    return this.#known.get(id);
  }

  get ids(): string[] {
    return [...this.#known.keys()];
  }
}

/** Limits by number; of several families that share a child, the strictest counts. */
class Limits {
  readonly numbers = new Numbers();
  readonly #left: number[] = [];

  of(id: string, left: number): number {
    const number = this.numbers.of(id);
    this.#left[number] = Math.min(this.#left[number] ?? Infinity, left);
    return number;
  }

  get all(): (number | null)[] {
    return this.#left.map(orNull);
  }
}

const orNull = (most: number) => (Number.isFinite(most) ? most : null);

/** Reads the input of a draw from the present wishes. */
export async function readInput(
  draw: Draw,
  event: Event,
  now: Date,
): Promise<DrawInput & { keys: DrawKeys }> {
  const reading = new Reading(event, now);
  const sharing: Sharing[] = [];
  // The oldest first, because families who share a turn have the oldest one's code.
  for await (const entry of DrawEntry.find({ draw: draw._id }).sort({ _id: 1 }).lean()) {
    // No more than the school lets a family have now, whatever it was when they were sent.
    const wishes = entry.wishes.slice(0, draw.most);
    // Wishes are closed by the clock, and read some moments later: who left in between with a child is drawn for like who leaves afterwards.
    const parties = await findParties(entry, wishes);
    if (parties.length === 0) continue;
    const wished = await reading.add(entry, wishes, parties);
    // Whoever has a child no longer shares no turn with those who have.
    const students = wished.flatMap((wish) => wish.students.map(String));
    sharing.push({ code: entry.code, students: event.booking.eachHousehold ? [] : students });
  }
  return reading.finish(shareTurns(sharing));
}

class Reading {
  readonly #teachers = new Numbers();
  readonly #children = new Limits();
  readonly #pairs = new Limits();
  readonly #slots = new Map<string, { slot: Slot; number: number }>();
  readonly #families: (Omit<DrawFamily, 'turn' | 'people'> & { people: Types.ObjectId[] })[] = [];
  readonly #wishes: DrawKeys['wishes'] = {};

  constructor(
    readonly event: Event,
    readonly now: Date,
  ) {}

  /**
   * A family is one in the draw also where its wishes are of several households by now: what one of them may have is of the whole then, and
   * its booking says what the other one may.
   * @returns the wishes with the children who count
   */
  async add(
    { code, salt }: Pick<DrawEntry, 'code' | 'salt'>,
    sent: DrawWish[],
    parties: Party[],
  ): Promise<DrawWish[]> {
    const wishes = sent.map((wish): DrawWish => ({ ...wish, students: [] }));
    const drawn: DrawFamily['wishes'] = sent.map(() => ({ children: [], pairs: [], slots: [] }));
    const people: Types.ObjectId[] = [];
    let most = 0;
    for (const { acting, places } of parties) {
      const part = await this.#read(
        places.flatMap((n) => sent[n] ?? []),
        acting,
      );
      for (const [at, n] of places.entries()) {
        const [wish, asked] = [part.wishes[at], part.drawn[at]];
        if (wish) wishes[n] = wish;
        if (asked) drawn[n] = asked;
      }
      people.push(...part.people);
      most += part.most;
    }
    this.#wishes[code] = wishes.map((wish, n) => (wish.students.length > 0 ? wish : (sent[n] ?? wish)));
    this.#families.push({ code, salt, most: orNull(most), people: distinctIds(people), wishes: drawn });
    return wishes;
  }

  /** What is drawn from of one household's wishes. */
  async #read(sent: DrawWish[], { household, user }: Acting) {
    // Whom they may not meet anymore, as in a class that was hidden meanwhile, would only take times from others.
    const met = new Set(
      (await childrenWithTeachers(this.event, household.children, [])).flatMap((child) =>
        child.left ? [] : child.teachers.map((teacher) => `${child.id}:${teacher.id}`),
      ),
    );
    const wishes = sent.map((wish) => {
      const students = distinctIds(wish.students).filter((id) =>
        met.has(`${String(id)}:${String(wish.resource)}`),
      );
      return { ...wish, students };
    });
    const wanted = wishes.filter(({ students }) => students.length > 0);
    const family = { event: placed(this.event, {}), household, actor: { user } };
    const { offers, kept, left } = await findOpenings(family, wanted, this.now);
    const busy = await kept();
    const gapMs = this.event.booking.gapMinutes * 60_000;
    const isClear = ({ from, to }: Slot) =>
      busy.every((one) => +from >= +one.to + gapMs || +one.from >= +to + gapMs);
    const own = this.event.booking.eachHousehold ? String(household._id) : '';
    const drawn = wishes.map((wish): DrawFamily['wishes'][number] => {
      const { students, resource, any } = wish;
      const free = (offers[wanted.indexOf(wish)]?.openings ?? []).map(({ slot }) => slot).filter(isClear);
      const dear = timesOf(wish).flatMap((time) => free.find((slot) => isWished(time, slot)) ?? []);
      const rest = any ? free.filter((slot) => !dear.includes(slot)) : [];
      return {
        children: students.map((id) => this.#children.of(String(id), left.child(String(id)))),
        pairs: students.map((id) =>
          this.#pairs.of(`${own} ${String(id)} ${String(resource)}`, left.pair(id, resource)),
        ),
        slots: [...dear, ...rest].map((slot) => this.#numberOf(slot)),
      };
    });
    const people = (await findPeople(household, [])).family.filter((id) => !id.equals(household._id));
    return { wishes, drawn, people, most: left.family };
  }

  #numberOf(slot: Slot): number {
    const id = String(slot._id);
    const known = this.#slots.get(id) ?? { slot, number: this.#slots.size };
    this.#slots.set(id, known);
    return known.number;
  }

  async finish(turns: Map<string, string>): Promise<DrawInput & { keys: DrawKeys }> {
    const people = new Numbers();
    const found = [...this.#slots.values()].map(({ slot }) => slot);
    const sitting = await this.#findSitting(found);
    const slots = found.map((slot): DrawSlot => ({
      teacher: this.#teachers.of(String(slot.resource)),
      people: [
        ...new Set(
          [slot.resource, ...(slot.with ?? [])].flatMap((holder) =>
            (sitting.get(String(holder)) ?? []).map((id) => people.of(String(id))),
          ),
        ),
      ],
      ...{ day: slot.day, from: +slot.from, to: +slot.to, seats: slot.capacity },
    }));
    // Sorted by code, so that the list does not tell when they were sent.
    const families = this.#families
      .toSorted((a, b) => (a.code < b.code ? -1 : 1))
      .map(({ code, salt, most, people: own, wishes }): DrawFamily => ({
        ...{ code, salt, turn: turns.get(code) ?? code, most },
        people: own.flatMap((id) => people.find(String(id)) ?? []),
        wishes,
      }));
    const days = await this.#countSeats(slots);
    return {
      gapMs: this.event.booking.gapMinutes * 60_000,
      days,
      ...{ children: this.#children.all, pairs: this.#pairs.all, slots, families },
      keys: { slots: [...this.#slots.keys()], wishes: this.#wishes },
    };
  }

  /** Who sits with some holders of slots. */
  async #findSitting(slots: Slot[]): Promise<Map<string, Types.ObjectId[]>> {
    const ids = distinctIds([...slots.map(({ resource }) => resource), ...sitBeside(slots)]);
    const holders = await Resource.find({ _id: { $in: ids } }, HOLDER).lean();
    return new Map(
      holders.map((holder) => [
        String(holder._id),
        [...contactsOf(holder), ...(holder.byHand ? [holder._id] : [])],
      ]),
    );
  }

  /** Subtracts what is booked already: from the seats of slots, and from teachers' daily limits, which it returns. */
  async #countSeats(slots: DrawSlot[]): Promise<Record<string, number>> {
    const { event } = this;
    const taken = await Appointment.find(
      { event: event._id, state: { $in: LIVING_STATES } },
      { slot: 1, more: 1, resource: 1, from: 1 },
    ).lean();
    for (const one of taken)
      for (const id of slotsOf(one)) {
        const slot = slots[this.#slots.get(String(id))?.number ?? -1];
        if (slot) slot.seats -= 1;
      }
    const days: Record<string, number> = {};
    const most = event.booking.perTeacherAndDay;
    if (!most) return days;
    for (const { teacher, day } of slots) days[`${teacher} ${day}`] = most;
    for (const { resource, from } of taken) {
      const day = `${this.#teachers.find(String(resource)) ?? -1} ${dayOf(from, event.timeZone)}`;
      if (days[day] !== undefined) days[day] -= 1;
    }
    return days;
  }
}
