import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Claim, underPrefix } from '../models/claim.js';
import type { Class } from '../models/class.js';
import { Contact } from '../models/contact.js';
import type { Diary } from '../models/diary.js';
import type { Event } from '../models/event.js';
import { ask, findTogether, type Question } from '../models/find-together.js';
import type { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import { byId, distinctIds, groupBy } from '../web/lists.js';
import { ABOUT, type Fact } from './check-booking.js';
import { findInterpreted } from './find-interpreter.js';
import { HOLDER_FIELDS, takerOf, type HolderOf } from '../claims/check-holder.js';
import { classesOf } from './find-classes.js';
import { askAdults, withTeachers, type Login } from '../claims/find-people.js';
import { sittingOf } from '../claims/find-sitting.js';
import { prefixOf, utcDays } from '../claims/plan-needs.js';
import { holdersIn, readDiaries } from '../claims/read-diaries.js';
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

/** Reads it in two commands, or three where several people sit in a slot. */
export async function findAround(wish: TimesWish, now: Date): Promise<Around> {
  const { event, household, wanted } = wish;
  const found = await findTogether(questionsFor(wish, now));
  const own = found.resources.map(bare);
  const partners = distinctIds(found.slots.flatMap((slot) => slot.with ?? [])).filter(
    (id) => !own.some(({ _id }) => _id.equals(id)),
  );
  const beside =
    partners.length > 0
      ? await Resource.aggregate<WithAbout>([{ $match: { _id: { $in: partners } } }, ...aboutOf(event)])
      : [];
  const resources = [...own, ...beside.map(bare)];
  const all = [...found.resources, ...beside];
  const contacts = [...found.students, ...all.flatMap(({ about }) => about)];
  const sitting = sittingOf(resources, contacts);
  const logins = [...found.adults, ...all.flatMap(({ granted, named }) => [...granted, ...named])];
  const people = distinctIds([
    ...[household._id, ...sitting.map(({ _id }) => _id)],
    ...logins.flatMap(({ grants, staff, homes }) => [
      ...grants.flatMap(({ contact }) => contact ?? []),
      ...[...staff, ...homes].map(({ _id }) => _id),
    ]),
  ]);
  const diaries = await findDiaries(people, found.slots, event.booking.gapMinutes);
  const named: HolderOf[] = [...found.seats, ...[...found.counted, ...diaries].flatMap(({ by }) => by)];
  const ids = wanted.map(({ resource }) => resource);
  return {
    slots: found.slots,
    resources: byId(resources),
    contacts,
    classes: found.classes.filter(({ synced }) => synced.students.length > 0),
    logins,
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

type WithAbout = Resource & { about: Fact[]; granted: Login[]; named: Login[] };

const bare = ({ about: _, granted: _g, named: _n, ...resource }: WithAbout): Resource => resource;

type Seat = HolderOf & Pick<Appointment, 'slot' | 'more' | 'replaces'>;
type Counted = Claim & { by: HolderOf[] };

const SEAT = { ...HOLDER_FIELDS, slot: 1, more: 1, replaces: 1 } as const;

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
    resources: ask<Resource, WithAbout>(
      Resource,
      { _id: { $in: resources }, event: _id, account },
      ...aboutOf(event),
    ),
    students: ask<Contact, Fact>(Contact, { _id: { $in: students }, account }, ABOUT),
    classes: classesOf(_id, students),
    adults: askAdults(family),
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

/** The resource's contact, as a field beside it. */
function aboutOf({ account }: Pick<Event, 'account'>) {
  return [
    { $set: { about: ['$contact', '$byHand.staff'] } },
    {
      $lookup: {
        from: Contact.collection.name,
        localField: 'about',
        foreignField: '_id',
        pipeline: [{ $match: { account } }, ABOUT],
        as: 'about',
      },
    },
    ...withTeachers(account, 'about'),
  ];
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

function findDiaries(people: Types.ObjectId[], slots: Slot[], gapMinutes: number) {
  const gap = gapMinutes * 60_000;
  const days = new Set(slots.flatMap(({ from, to }) => utcDays(new Date(+from - gap), new Date(+to + gap))));
  return readDiaries(people, [...days]);
}
