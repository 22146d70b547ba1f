import type { Types } from 'mongoose';
import { withNames } from '../booking/queries.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import { groupBy } from '../web/lists.js';
import type { PlacedEvent } from '../web/place.js';
import { KIND_WORDS } from '../web/say-kind.js';
import { shortDay, timeSpan } from '../web/format-time.js';

/** A time with a seat left, as the office chooses it. */
export interface FreeTime {
  slot: Slot;
  /** "Tue, Nov 24". */
  day: string;
  /** "5:40–5:50 PM". */
  time: string;
  /** What is special about it: hidden, video, the family's other meeting. */
  note: string;
  /** The family is with another teacher then. */
  isBusy: boolean;
}

/** Who looks: whose holds count for nothing, and whose appointments stand in the way. */
interface Looker {
  user: Types.ObjectId;
  household?: Types.ObjectId | undefined;
  /** What is to be moved counts as free. */
  replaces?: Types.ObjectId | undefined;
}

/** More times than a select is good for. */
const MOST = 3000;
const DAY_MS = 24 * 3600_000;

/** The times of some resources that are ahead and have a seat left, also those that parents do not see, by the resource's id. */
export async function listFree(
  event: PlacedEvent,
  resources: Types.ObjectId[],
  looker: Looker,
  now: Date,
): Promise<Map<string, FreeTime[]>> {
  if (resources.length === 0) return new Map();
  const slots = await Slot.find({
    account: event.account,
    event: event._id,
    resource: { $in: resources },
    from: { $gt: now },
    state: { $ne: 'unavailable' },
  })
    .sort({ from: 1 })
    .limit(MOST)
    .lean();
  const [taken, family] = await Promise.all([
    seatsTaken(event, resources, looker, now),
    looker.household ? meetingsOf(event, looker.household, now) : [],
  ]);
  const free = slots.flatMap((slot): FreeTime[] => {
    if ((taken.get(String(slot._id)) ?? 0) >= slot.capacity) return [];
    const clash = family.find(
      (one) => one.from < slot.to && slot.from < one.to && one.id !== looker.replaces?.toHexString(),
    );
    const notes = [
      slot.state === 'hidden' ? 'hidden' : slot.state === 'call the school' ? 'call the school' : '',
      slot.kind === 'in person' ? '' : KIND_WORDS[slot.kind].toLowerCase(),
      clash ? `with ${clash.teacher}` : '',
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

/** How many seats of each slot are booked or held. */
async function seatsTaken(
  event: Pick<Event, '_id' | 'account'>,
  resources: Types.ObjectId[],
  { user, household, replaces }: Looker,
  now: Date,
): Promise<Map<string, number>> {
  const found = await Appointment.find(
    {
      account: event.account,
      event: event._id,
      resource: { $in: resources },
      state: { $in: ['pending', ...LIVING_STATES] },
      from: { $gt: now },
    },
    { slot: 1, state: 1, expiresAt: 1, bookedBy: 1, household: 1 },
  ).lean();
  const counted = found.filter(
    (one) =>
      !replaces?.equals(one._id) &&
      (one.state !== 'pending' ||
        ((one.expiresAt ?? now) > now &&
          !(one.bookedBy.equals(user) && household !== undefined && one.household.equals(household)))),
  );
  return new Map(
    [...groupBy(counted, ({ slot }) => String(slot))].map(([slot, list]) => [slot, list.length]),
  );
}

async function meetingsOf(event: PlacedEvent, household: Types.ObjectId, now: Date) {
  const found = await Appointment.find({
    household,
    state: { $in: LIVING_STATES },
    from: { $gt: new Date(now.getTime() - DAY_MS) },
  }).lean();
  return found.length > 0 ? withNames(found, event) : [];
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
