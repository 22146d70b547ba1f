import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Claim, underPrefix } from '../models/claim.js';
import type { Class } from '../models/class.js';
import { Diary } from '../models/diary.js';
import type { Event } from '../models/event.js';
import { ask, findTogether, rowsOf, type FoundOf, type Question } from '../models/find-together.js';
import type { Household } from '../models/household.js';
import type { Resource } from '../models/resource.js';
import { holdersOf, Slot } from '../models/slot.js';
import { byId, distinctIds, groupBy } from '../web/lists.js';
import type { About, Fact } from './check-booking.js';
import { findInterpreted } from './find-interpreter.js';
import { HOLDER_FIELDS, takerOf, type HolderOf } from '../claims/check-holder.js';
import type { Login } from '../claims/find-people.js';
import { askParties, partiesAmong, peopleIn, type Parties } from './find-parties.js';
import { prefixOf, utcDays } from '../claims/plan-needs.js';
import { enteredIn, holdersIn, readDiaries } from '../claims/read-diaries.js';
import { countedHolds } from './policy.js';

/** More times than the teachers of any family have. */
const MOST_SLOTS = 6000;

/** A meeting that a family would like. */
export interface Wanted {
  students: Types.ObjectId[];
  resource: Types.ObjectId;
}

export interface TimesWish {
  event: Event;
  /** The household as it is shown. When staff look at a family's pages, no such household needs to be stored. */
  household: Household;
  /** Who books. Their own older holds yield. */
  user: Types.ObjectId;
  wanted: Wanted[];
  /** The adult who goes alone. */
  goer?: Types.ObjectId | undefined;
  /** The appointment that is changed. */
  replaces?: Types.ObjectId | undefined;
  /** Whether times count as open that can be booked once booking opens, as for a plan or a wish. */
  asIfOpen?: boolean;
  /** The slots that are asked about. Absent: all that are still to come. */
  slots?: Types.ObjectId[] | undefined;
}

/** A seat or a count, and the appointment that has it. */
export type Taken = Pick<Claim, 'appointment' | 'next'>;

/** Everything that decides which of some times can be booked. */
export interface Around {
  /** All slots that are asked about, by time. */
  slots: Slot[];
  resources: Map<string, Resource>;
  contacts: Fact[];
  classes: Class[];
  logins: Login[];
  /** The meeting that is changed. */
  old: Appointment | undefined;
  /** The claims on slots and limits, by their prefixes. */
  taken: Map<string, Taken[]>;
  diaries: Map<string, Diary>;
  /** The appointments that claims and diaries name. */
  holders: Map<string, HolderOf>;
  /** At which slots somebody can interpret. Absent: nobody has to. */
  interpreted: ((slot: Slot) => boolean) | undefined;
  /** This login's holds that count against its maximum. */
  holds: HolderOf[];
}

type Found = FoundOf<ReturnType<typeof questionsFor>>;
type Entered = Diary & { by: HolderOf[] };

/**
 * Reads it in two commands, or three where several people sit in a slot.
 * @param known what was just read of one of the teacher's times; the rest is one command
 */
export async function findAround(wish: TimesWish, now: Date, known?: About): Promise<Around> {
  const read = (known && (await readBeside(wish, known, now))) ?? (await readAll(wish, now));
  const { event, household, wanted } = wish;
  const { found, parties, diaries } = read;
  const named: HolderOf[] = [...found.seats, ...[...found.counted, ...diaries].flatMap(({ by }) => by)];
  const ids = wanted.map(({ resource }) => resource);
  return {
    ...parties,
    slots: found.slots,
    resources: byId(parties.resources),
    old: found.old.find(({ resource }) => ids.some((id) => id.equals(resource))),
    taken: new Map([
      ...groupBy(found.counted, ({ _id }) => _id.slice(0, _id.lastIndexOf(':') + 1)),
      ...seatsOf(found.seats, wish.replaces),
    ]),
    diaries: new Map(diaries.map((diary) => [diary._id, diary])),
    holders: byId(named),
    interpreted: await findInterpreted(event, household, found.slots, {
      me: (slot) =>
        takerOf(wish, { resource: slot.resource, students: wanted[0]?.students ?? [], slot: slot._id }, now),
      now,
    }),
    holds: found.holds,
  };
}

async function readAll(
  wish: TimesWish,
  now: Date,
): Promise<{ found: Found; parties: Parties; diaries: Entered[] }> {
  const { event, household } = wish;
  const found = await findTogether({ ...questionsFor(wish, now), ...askParties(wish) });
  const parties = await partiesAmong(event, found);
  const days = daysOf(found.slots, event.booking.gapMinutes);
  return { found, parties, diaries: await readDiaries(peopleIn(household, parties), days) };
}

/** Undefined where others sit in a slot of whom nothing is known. */
async function readBeside(
  wish: TimesWish,
  { holders, contacts, classes, logins }: About,
  now: Date,
): Promise<{ found: Found; parties: Parties; diaries: Entered[] } | undefined> {
  const { event, household } = wish;
  const parties = { resources: holders, contacts, classes, logins };
  const people = peopleIn(household, parties);
  // A day of the school lies within three of the diaries' days.
  const days = [...new Set(event.days.flatMap((day) => utcDays(...aroundDay(day))))];
  const { entered, ...found } = await findTogether({
    ...questionsFor(wish, now),
    entered: rowsOf<Entered>(Diary, enteredIn(people, days)),
  });
  const isKnown = (id: Types.ObjectId) => holders.some(({ _id }) => _id.equals(id));
  if (!found.slots.every((slot) => holdersOf(slot).every(isKnown))) return undefined;
  const further = daysOf(found.slots, event.booking.gapMinutes).filter((day) => !days.includes(day));
  return { found, parties, diaries: [...entered, ...(await readDiaries(people, further))] };
}

type Seat = HolderOf & Pick<Appointment, 'slot' | 'more' | 'replaces'>;
type Counted = Claim & { by: HolderOf[] };

const SEAT = { ...HOLDER_FIELDS, slot: 1, more: 1, replaces: 1 } as const;

/** The times, and what is taken. */
function questionsFor({ event, household: family, user, wanted, replaces, slots }: TimesWish, now: Date) {
  const { _id: household } = family;
  const { account, _id } = event;
  const resources = distinctIds(wanted.map(({ resource }) => resource));
  const students = distinctIds(wanted.flatMap((want) => want.students));
  const living = { $in: ['pending' as const, ...LIVING_STATES] };
  return {
    slots: ask<Slot>(
      Slot,
      {
        ...{
          resource: { $in: resources },
          event: _id,
          account,
          state: { $ne: 'hidden' },
          from: { $gt: now },
        },
        ...(slots ? { _id: { $in: slots } } : {}),
      },
      { $sort: { from: 1 } },
      { $limit: MOST_SLOTS },
      { $unset: 'minutes' },
    ),
    seats: ask<Appointment, Seat>(
      Appointment,
      { resource: { $in: resources }, state: living },
      { $project: SEAT },
    ),
    counted: countsOf(event, { household, resources, students, replaces }),
    old: ask<Appointment>(Appointment, {
      ...{ _id: replaces ?? { $in: [] }, event: _id, household, state: { $in: LIVING_STATES } },
    }),
    holds: ask<Appointment, HolderOf>(Appointment, countedHolds({ household, user }, now), {
      $project: HOLDER_FIELDS,
    }),
  };
}

/** The prefixes of the limits that count for all that is wanted. */
function countsOf(
  { _id, booking }: Event,
  of: {
    household: Types.ObjectId;
    resources: Types.ObjectId[];
    students: Types.ObjectId[];
    replaces: Types.ObjectId | undefined;
  },
): Question<Counted> {
  const prefixes = [
    prefixOf('limit', [_id, of.household]),
    ...of.students.flatMap((student) => [
      prefixOf('limit-student', [_id, student]),
      // With a teacher and in a class: of all households, and of each.
      prefixOf('limit', [_id, student]),
      prefixOf('limit-family', [_id, student]),
    ]),
    ...(booking.perTeacherAndDay ? of.resources.map((one) => prefixOf('limit-day', [_id, one])) : []),
    ...(of.replaces ? [prefixOf('change', [of.replaces])] : []),
  ];
  return ask<Claim, Counted>(
    Claim,
    { $or: prefixes.map(underPrefix) },
    { $set: { by: ['$appointment', '$next'] } },
    { $lookup: holdersIn('by') },
  );
}

/** The seats of slots, by the appointments that have them. The claims say the same, but are as many documents again. */
function seatsOf(seats: Seat[], replaces: Types.ObjectId | undefined): Map<string, Taken[]> {
  const taken = seats
    // The seats of the changed appointment count as free.
    .filter(({ _id }) => !replaces?.equals(_id))
    .flatMap((seat) => slotsOf(seat).map((slot) => ({ slot, seat })))
    .filter(({ slot, seat }) => {
      // While a longer meeting is changed, a seat that it keeps is one seat.
      const before = seat.state === 'pending' && seat.replaces;
      return (
        !before || !seats.some((one) => one._id.equals(before) && slotsOf(one).some((id) => id.equals(slot)))
      );
    });
  const bySlot = groupBy(taken, ({ slot }) => prefixOf('slot', [slot]));
  return new Map(
    [...bySlot].map(([prefix, list]) => [prefix, list.map(({ seat }) => ({ appointment: seat._id }))]),
  );
}

/** The UTC days that some slots touch, with the gap beside them. */
function daysOf(slots: Slot[], gapMinutes: number): string[] {
  const gap = gapMinutes * 60_000;
  return [...new Set(slots.flatMap(({ from, to }) => utcDays(new Date(+from - gap), new Date(+to + gap))))];
}

const DAY_MS = 24 * 3600_000;

/** From the day before a day to its end, by UTC and by any zone. */
function aroundDay(day: string): [from: Date, to: Date] {
  const at = Date.parse(day);
  return [new Date(at - DAY_MS), new Date(at + 2 * DAY_MS)];
}
