import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Contact } from '../models/contact.js';
import { Diary } from '../models/diary.js';
import { ask, findTogether } from '../models/find-together.js';
import type { Household } from '../models/household.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import type { PlacedEvent } from '../web/place.js';
import { callOffice } from '../web/say-office.js';
import { findPeople, type Teacher } from '../booking/find-people.js';
import { contactsOf, findSitting, HOLDER, sittingOf } from '../booking/find-sitting.js';
import { distinctIds } from '../web/lists.js';
import { timeOfDay } from '../web/format-time.js';
import { dayOf } from '../web/local-time.js';
import { wordsOf } from '../web/words.js';
import { utcDays } from '../booking/plan-needs.js';
import { isSoonEnough } from '../booking/policy.js';
import { withNames, type Meeting } from '../booking/queries.js';

/** A time of a teacher as one household sees it; of others it tells no more than that somebody has it. */
export interface TimeView {
  slot: Slot;
  state: 'free' | 'held' | 'taken' | 'mine' | 'away' | 'other';
  note?: string;
  /** Who else sits in it, where it is free. */
  with?: string[];
  /** Why it cannot be booked. */
  reason?: string;
  /** The family’s own meeting that is in the way, as a sentence. */
  clash?: string;
}

export interface Looker {
  event: PlacedEvent;
  resource: Resource;
  household: Pick<Household, '_id' | 'account' | 'adults'>;
  user: Types.ObjectId;
  /** What is to be changed counts as free. */
  replaces?: Types.ObjectId | undefined;
}

/**
 * All times of a teacher that are still ahead and meant for parents, in order.
 * @param some those that are asked about, by time; absent: all
 */
export async function findTimes(looker: Looker, now: Date, some?: Slot[]): Promise<TimeView[]> {
  const { resource, household } = looker;
  const { slots, seats, own, contacts } = await findTogether({
    slots: ask<Slot>(
      Slot,
      {
        resource: resource._id,
        from: { $gt: now },
        state: { $ne: 'hidden' },
        ...(some ? { _id: { $in: some.map(({ _id }) => _id) } } : {}),
      },
      { $sort: { from: 1 } },
      { $unset: 'minutes' },
    ),
    seats: ask<Appointment, Seat>(
      Appointment,
      { resource: resource._id, state: { $in: ['pending', ...LIVING_STATES] } },
      { $project: SEAT },
    ),
    own: ask<Appointment>(Appointment, {
      household: household._id,
      state: { $in: LIVING_STATES },
      from: { $gt: familySince(now) },
    }),
    contacts: ask<Contact>(Contact, { _id: { $in: contactsOf(resource) } }, { $project: { email: 1 } }),
  });
  const elsewhere = await busyElsewhere(looker, slots, sittingOf([resource], contacts));
  const family = await withNames(own, looker.event);
  const fullDays = daysThatAreFull(looker, seats, now);
  return slots.map((slot) => ({
    slot,
    ...viewOf(
      looker,
      slot,
      { seats: seats.filter((seat) => hasSlot(seat, slot)), family, elsewhere, fullDays },
      now,
    ),
  }));
}

const DAY_MS = 24 * 3600_000;

/** From when on a family's meetings count, in whatever event: one that began before may go on still. */
export function familySince(now: Date): Date {
  return new Date(now.getTime() - DAY_MS);
}

type Seat = Pick<
  Appointment,
  '_id' | 'slot' | 'more' | 'state' | 'household' | 'bookedBy' | 'expiresAt' | 'from'
>;

const hasSlot = (of: Pick<Appointment, 'slot' | 'more'>, { _id }: Slot): boolean =>
  slotsOf(of).some((id) => id.equals(_id));

interface Around {
  seats: Seat[];
  family: Meeting[];
  /** When the teacher is at another meeting, and when the family's adults are as teachers. */
  elsewhere: {
    teacher: Span[];
    family: Span[];
    /** Who else sits in some of the slots, by their holder's id. */
    partners: Map<string, { name: string; busy: (Span & { slot: Types.ObjectId })[] }>;
  };
  /** On which the teacher has as many meetings as the school allows. */
  fullDays: Set<string>;
}

type Span = Pick<Slot, 'from' | 'to'>;

const SEAT = { slot: 1, more: 1, state: 1, household: 1, bookedBy: 1, expiresAt: 1, from: 1 };

function viewOf(looker: Looker, slot: Slot, around: Around, now: Date): Omit<TimeView, 'slot'> {
  const { event } = looker;
  const t = wordsOf(event);
  const office = callOffice(event);
  const mine = around.family.find((meeting) => hasSlot(meeting, slot));
  if (mine) return { state: 'mine', note: mine.children };
  if (slot.state === 'call the school')
    return {
      state: 'away',
      note: t('times.call'),
      reason: t('times.callToBook', { office }),
    };
  if (slot.state === 'unavailable') return { state: 'away', reason: slot.message || t('times.notAvailable') };
  const full = seatsTaken(looker, slot, around.seats, now);
  if (full) return full;
  if (around.fullDays.has(slot.day))
    return {
      state: 'away',
      note: t('times.dayFull'),
      reason: t('times.dayFullWhy', { teacher: looker.resource.name }),
    };
  const clash = around.family.find((meeting) => isTooClose(looker, slot, meeting));
  if (clash) return clashView(looker, slot, clash);
  const overlaps = (busy: Span) => busy.from < slot.to && slot.from < busy.to;
  if (around.elsewhere.family.some(overlaps))
    return { state: 'away', note: t('times.youTeach'), reason: t('times.youTeachWhy') };
  const partners = (slot.with ?? []).flatMap((id) => around.elsewhere.partners.get(id.toHexString()) ?? []);
  const away = partners.find(({ busy }) =>
    busy.some((entry) => overlaps(entry) && !entry.slot.equals(slot._id)),
  );
  if (away) return { state: 'taken', reason: t('times.elsewhere', { name: away.name }) };
  if (around.elsewhere.teacher.some(overlaps)) return { state: 'taken', reason: t('times.teacherElsewhere') };
  if (!isSoonEnough(event, slot.from, now, 'household'))
    return {
      state: 'away',
      reason: t('times.endsBefore', { count: event.booking.stopHoursBefore, office }),
    };
  return { state: 'free', with: partners.map(({ name }) => name) };
}

/** A hold of this same person is in nobody's way: choosing anew gives it up. */
function countsFor({ user, replaces }: Looker, seat: Seat, now: Date): boolean {
  if (replaces?.equals(seat._id)) return false;
  return seat.state !== 'pending' || ((seat.expiresAt ?? now) > now && !seat.bookedBy.equals(user));
}

function daysThatAreFull(looker: Looker, seats: Seat[], now: Date): Set<string> {
  const { booking, timeZone } = looker.event;
  const counts = new Map<string, number>();
  for (const seat of seats) {
    if (!booking.perTeacherAndDay || !countsFor(looker, seat, now)) continue;
    const day = dayOf(seat.from, timeZone);
    counts.set(day, (counts.get(day) ?? 0) + 1);
  }
  return new Set([...counts].filter(([, count]) => count >= booking.perTeacherAndDay).map(([day]) => day));
}

function seatsTaken(
  looker: Looker,
  slot: Slot,
  seats: Seat[],
  now: Date,
): Omit<TimeView, 'slot'> | undefined {
  const t = wordsOf(looker.event);
  const counted = seats.filter((seat) => countsFor(looker, seat, now));
  if (counted.length < slot.capacity) return undefined;
  return counted.filter((seat) => seat.state !== 'pending').length < slot.capacity
    ? { state: 'held', reason: t('times.deciding') }
    : { state: 'taken', reason: t('times.otherFamily') };
}

function isTooClose({ event, replaces }: Looker, slot: Slot, meeting: Meeting): boolean {
  if (replaces?.equals(meeting.id)) return false;
  const gap = event.booking.gapMinutes * 60_000;
  return slot.from.getTime() < meeting.to.getTime() + gap && meeting.from.getTime() < slot.to.getTime() + gap;
}

function clashView({ event }: Looker, slot: Slot, meeting: Meeting): Omit<TimeView, 'slot'> {
  const t = wordsOf(event);
  const { teacher, children } = meeting;
  const clash = t('times.clash', { time: timeOfDay(meeting.from, event), teacher, children });
  const overlaps = slot.from < meeting.to && meeting.from < slot.to;
  if (overlaps) return { state: 'other', note: t('times.siblings', { teacher, children }), clash };
  const gap = t('times.gap', { count: event.booking.gapMinutes });
  return { state: 'away', note: t('times.tooClose'), reason: `${clash} ${gap}`, clash: `${clash} ${gap}` };
}

/** When either side is at a meeting that is none of this teacher's slots here, nor listed as the family's own: the diaries know. */
async function busyElsewhere(
  { household, replaces }: Looker,
  slots: Slot[],
  teachers: Teacher[],
): Promise<Around['elsewhere']> {
  const others = distinctIds(slots.flatMap((slot) => slot.with ?? []));
  const partners =
    others.length > 0 ? await Resource.find({ _id: { $in: others } }, { ...HOLDER, name: 1 }).lean() : [];
  const [people, sitting] = await Promise.all([
    findPeople(household, teachers),
    Promise.all(partners.map(async (one) => findPeople(household, await findSitting([one])))),
  ]);
  const sits = new Set([people, ...sitting].flatMap(({ teacher }) => teacher.map(String)));
  const family = people.family.filter((id) => !id.equals(household._id) && !sits.has(String(id)));
  const days = new Set(slots.flatMap((slot) => utcDays(slot.from, slot.to)));
  const ids = [...new Set([...sits, ...family.map(String)])].flatMap((person) =>
    [...days].map((day) => `${person}:${day}`),
  );
  const diaries = await Diary.aggregate<Diary & { living: { _id: Types.ObjectId }[] }>([
    { $match: { _id: { $in: ids } } },
    {
      $lookup: {
        from: Appointment.collection.name,
        localField: 'busy.appointment',
        foreignField: '_id',
        pipeline: [{ $match: { state: { $in: LIVING_STATES } } }, { $project: { _id: 1 } }],
        as: 'living',
      },
    },
  ]);
  const own = new Set(slots.map((slot) => slot._id.toHexString()));
  const busy = diaries.flatMap(({ _id, busy: entries }) =>
    entries
      .filter((entry) => !replaces?.equals(entry.appointment))
      .map((entry) => ({ ...entry, person: _id.slice(0, _id.indexOf(':')) })),
  );
  const alive = new Set(diaries.flatMap(({ living }) => living.map(({ _id }) => _id.toHexString())));
  const met = busy.filter((entry) => alive.has(entry.appointment.toHexString()));
  const of = (side: Types.ObjectId[]) =>
    met.filter((entry) => side.some((id) => id.toHexString() === entry.person));
  const notHere = (side: Types.ObjectId[]) => of(side).filter((entry) => !own.has(entry.slot.toHexString()));
  return {
    teacher: notHere(people.teacher),
    family: of(family),
    partners: new Map(
      partners.map(({ _id, name }, index) => [
        _id.toHexString(),
        // What they have in these slots here counts too: they do not come with each.
        { name, busy: of(sitting[index]?.teacher ?? []) },
      ]),
    ),
  };
}

/** The free times nearest to a moment, in order of time. */
export function nearestFree(times: TimeView[], wanted: Date, most = 4): TimeView[] {
  const distance = (time: TimeView) => Math.abs(time.slot.from.getTime() - wanted.getTime());
  return times
    .filter((time) => time.state === 'free')
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, most)
    .sort((a, b) => a.slot.from.getTime() - b.slot.from.getTime());
}
