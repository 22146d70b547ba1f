import type { Types } from 'mongoose';
import { takerOf } from '../claims/check-holder.js';
import { findInterpreted } from '../booking/find-interpreter.js';
import { followingOf } from '../claims/find-following.js';
import type { Meeting } from '../meetings/name-meetings.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { documentsOf, findTogether } from '../models/find-together.js';
import { Household } from '../models/household.js';
import { Slot } from '../models/slot.js';
import { distinctIds, groupBy, tally } from '../web/lists.js';
import { KIND_WORDS } from '../web/say-kind.js';
import { shortDay, timeSpan } from '../web/format-time.js';
import type { SeenEvent } from './find-meeting.js';
import { nameSeen } from './name-seen.js';

/** A time with a free seat, from which the office chooses. */
export interface FreeTime {
  slot: Slot;
  /** "Tue, Nov 24". */
  day: string;
  /** "5:40–5:50 PM". */
  time: string;
  /** What is special about it: hidden, video, the family's other meeting. */
  note: string;
  /** The family is with another teacher at that time. */
  isBusy: boolean;
}

/** For whom times are listed: whose holds are ignored, and whose appointments are in the way. */
interface Looker {
  user: Types.ObjectId;
  household?: Types.ObjectId | undefined;
  /** The adult who goes alone: another one's own meetings are not in the way. */
  goer?: Types.ObjectId | undefined;
  /** The appointment that is to be moved counts as free. */
  replaces?: Types.ObjectId | undefined;
  /** Meetings whose names were read already. */
  known?: Meeting[];
}

/**
 * The most times of one resource, more than a select can show well. The limit applies to each resource: with a common limit, the early
 * times of many would push out the late ones.
 */
const MOST_EACH = 2000;
const DAY_MS = 24 * 3600_000;

/** The future times of some resources that have a free seat, including hidden ones, by the resource's id. */
export async function listFree(
  event: SeenEvent,
  wanted: Types.ObjectId[],
  looker: Looker,
  now: Date,
): Promise<Map<string, FreeTime[]>> {
  const resources = distinctIds(wanted);
  if (resources.length === 0) return new Map();
  const ahead = {
    account: event.account,
    event: event._id,
    resource: { $in: resources },
    from: { $gt: now },
  };
  const { slots, sitting, own } = await findTogether({
    slots: documentsOf(
      Slot,
      { ...ahead, state: { $ne: 'unavailable' } },
      { fields: { minutes: 0 }, sort: { from: 1 }, limit: MOST_EACH * resources.length },
    ),
    sitting: documentsOf(
      Appointment,
      {
        ...ahead,
        state: { $in: ['pending', ...LIVING_STATES] },
        // A longer one that has begun may go on.
        from: { $gt: new Date(now.getTime() - DAY_MS) },
      },
      { fields: { slot: 1, more: 1, state: 1, expiresAt: 1, bookedBy: 1, household: 1 } },
    ),
    own: documentsOf(
      Appointment,
      looker.household
        ? {
            household: looker.household,
            state: { $in: LIVING_STATES },
            from: { $gt: new Date(now.getTime() - DAY_MS) },
          }
        : { _id: { $in: [] } },
    ),
  });
  const taken = seatsTaken(sitting, looker, now);
  const family = await nameMeetings(event, own, looker.known);
  const canInterpret = await findInterpreting(event, looker, slots, now);
  const free = slots.flatMap((slot): FreeTime[] => {
    if ((taken.get(String(slot._id)) ?? 0) >= slot.capacity) return [];
    const clash = family.find(
      (one) =>
        one.from < slot.to &&
        slot.from < one.to &&
        !looker.replaces?.equals(one._id) &&
        (!looker.goer || !one.goer || one.goer.equals(looker.goer)),
    );
    const notes = [
      slot.state === 'hidden' ? 'hidden' : slot.state === 'call the school' ? 'call the school' : '',
      slot.kind === 'in person' ? '' : KIND_WORDS[slot.kind].toLowerCase(),
      canInterpret?.(slot) === false ? 'no interpreter' : '',
      clash ? (clash.teacher ? `with ${clash.teacher}` : 'another appointment') : '',
    ];
    return [
      {
        slot,
        day: shortDay(slot.day, event),
        time: timeSpan(slot.from, slot.to, event),
        note: notes.filter(Boolean).join(', '),
        isBusy: clash !== undefined,
      },
    ];
  });
  return groupBy(free, ({ slot }) => String(slot.resource));
}

/** At which times somebody could interpret for the family; undefined where nobody has to. */
async function findInterpreting(
  event: SeenEvent,
  { user, household, replaces }: Looker,
  slots: Slot[],
  now: Date,
): Promise<((slot: Slot) => boolean) | undefined> {
  if (!event.interpreting || !household) return undefined;
  const home = await Household.findById(household, { interpreter: 1 }).lean();
  if (!home) return undefined;
  const me = ({ _id: slot, resource }: Slot) =>
    takerOf({ event, household: home, user, replaces }, { slot, resource, students: [] }, now);
  return findInterpreted(event, home, slots, { me, now });
}

/**
 * A free time and those that follow it, as a longer appointment would take them: so many, or as many as there are.
 * @param free all of one resource, by time
 */
export function runAt(free: FreeTime[], index: number, most: number): FreeTime[] {
  const [first, ...after] = free.slice(index, index + most);
  if (!first) return [];
  const slots = after.map(({ slot }) => slot);
  return [first, ...after.slice(0, followingOf(first.slot, slots, 'school').length)];
}

/** How many seats of each slot are booked or held. */
function seatsTaken(
  sitting: Appointment[],
  { user, household, replaces }: Looker,
  now: Date,
): Map<string, number> {
  const counted = sitting.filter(
    (one) =>
      !replaces?.equals(one._id) &&
      (one.state !== 'pending' ||
        ((one.expiresAt ?? now) > now &&
          !(one.bookedBy.equals(user) && household !== undefined && one.household.equals(household)))),
  );
  return tally(counted.flatMap(slotsOf).map(String));
}

/** Where the family is; with whom only as far as the reader sees it. */
async function nameMeetings(
  event: SeenEvent,
  found: Appointment[],
  known: Meeting[] | undefined,
): Promise<(Pick<Appointment, '_id' | 'from' | 'to' | 'goer'> & { teacher: string | undefined })[]> {
  const named = await nameSeen(event, found, known);
  return found.map(({ _id, from, to, goer }) => ({
    ...{ _id, from, to },
    ...(goer ? { goer } : {}),
    teacher: named.get(String(_id))?.teacher,
  }));
}

/** The times nearest to a moment at which the family is free, in order of time. */
export function nearestOf(times: FreeTime[], wanted: Date, most = 4): FreeTime[] {
  const distance = ({ slot }: FreeTime) => Math.abs(slot.from.getTime() - wanted.getTime());
  return times
    .filter(({ isBusy }) => !isBusy)
    .sort((a, b) => distance(a) - distance(b))
    .slice(0, most)
    .sort((a, b) => a.slot.from.getTime() - b.slot.from.getTime());
}
