import type { QueryFilter, Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { inSlots } from '../models/appointment-slots.js';
import { Contact, contactName } from '../models/contact.js';
import type { Event } from '../models/event.js';
import { Household } from '../models/household.js';
import { SlotMove, SlotMoveItem, type StayCode } from '../models/slot-move.js';
import { isBlocked, User } from '../models/user.js';
import type { Left } from '../slots/show-left.js';

type EventScope = Pick<Event, '_id' | 'account'>;

export type Booked = Pick<Appointment, '_id' | 'slot' | 'more' | 'household' | 'students' | 'override'>;

/** The appointments of some slots. */
export function findBooked(slots: Types.ObjectId[]): Promise<Booked[]> {
  return Appointment.find(
    { ...inSlots(slots), state: { $in: LIVING_STATES } },
    { slot: 1, more: 1, household: 1, students: 1, override: 1 },
  ).lean();
}

/** So many slots are looked at by one query. */
const BATCH = 500;

/**
 * The appointments of the slots of some items, each with the item of its first slot, if that is among these.
 * @param wanted asks for those of some slots
 */
export async function* appointmentsOf<Item extends Pick<SlotMoveItem, 'slot'>>(
  items: Item[],
  wanted: (slots: Types.ObjectId[]) => QueryFilter<Appointment>,
  fields: Partial<Record<keyof Appointment, 1>> = {},
): AsyncGenerator<[Appointment, Item | undefined]> {
  const bySlot = new Map(items.map((item) => [item.slot.toHexString(), item]));
  for (let start = 0; start < items.length; start += BATCH) {
    const slots = items.slice(start, start + BATCH).map(({ slot }) => slot);
    for (const one of await Appointment.find(wanted(slots), fields).lean())
      yield [one, bySlot.get(one.slot.toHexString())];
  }
}

export interface Told {
  /** The number of families with somebody whose address is proven, and of people who get a mail. */
  families: number;
  people: number;
  /** Children of families whom no mail reaches; the office calls them. */
  untold: { families: number; children: string[] };
  /** Families with a proven address whom the school has blocked: they are told only that a meeting is canceled. */
  blocked: number;
}

const SHOWN_CHILDREN = 100;

/** Who is told about these appointments by mail, and who is not. */
export async function findTold(
  event: EventScope,
  appointments: Booked[],
  kind: 'move' | 'cancel',
): Promise<Told> {
  const ids = [...new Set(appointments.map(({ household }) => household.toHexString()))];
  const households = await Household.find(
    { _id: { $in: ids }, account: event.account },
    { adults: 1, keptFor: 1 },
  ).lean();
  const kept = households.flatMap(({ keptFor }) => keptFor ?? []);
  const [adults, ofRoster] = await Promise.all([
    // The same conditions as where they are told.
    User.find(
      { _id: { $in: households.flatMap((one) => one.adults) }, emailProvenAt: { $exists: true } },
      { blocks: 1 },
    ).lean(),
    kept.length > 0
      ? Contact.find(
          {
            _id: { $in: kept },
            account: event.account,
            type: { $ne: 'student' },
            status: 'active',
            email: { $gt: '' },
          },
          { _id: 1 },
        ).lean()
      : [],
  ]);
  const idsOf = (all: { _id: Types.ObjectId }[]) => new Set(all.map(({ _id }) => _id.toHexString()));
  const heard = adults.filter((one) => kind === 'cancel' || !isBlocked(one, event.account));
  const proven = idsOf([...heard, ...ofRoster]);
  const withOne = (of: Set<string>) =>
    idsOf(households.filter((one) => one.adults.some((id) => of.has(id.toHexString()))));
  const [told, reached] = [withOne(proven), withOne(idsOf([...adults, ...ofRoster]))];
  const untold = appointments.filter(({ household }) => !reached.has(household.toHexString()));
  const children = await Contact.find(
    { _id: { $in: untold.flatMap(({ students }) => students) }, account: event.account },
    { firstName: 1, lastName: 1, email: 1 },
  )
    .sort({ sortKey: 1 })
    .limit(SHOWN_CHILDREN)
    .lean();
  return {
    families: told.size,
    people: proven.size,
    untold: { families: ids.length - reached.size, children: children.map(contactName) },
    blocked: reached.size - told.size,
  };
}

export function findMove(event: EventScope, id: Types.ObjectId): Promise<SlotMove | null> {
  return SlotMove.findOne({ _id: id, account: event.account, event: event._id }).lean();
}

/** The most recent moves of an event. */
export function recentMoves(event: EventScope): Promise<SlotMove[]> {
  return SlotMove.find({ event: event._id, account: event.account }).sort({ createdAt: -1 }).limit(5).lean();
}

export type ItemCounts = Record<SlotMoveItem['state'], number>;

/** How many slots of a move are in each state. */
export async function countItems(move: Types.ObjectId): Promise<ItemCounts> {
  const rows = await SlotMoveItem.aggregate<{ _id: SlotMoveItem['state']; count: number }>([
    { $match: { move } },
    { $group: { _id: '$state', count: { $sum: 1 } } },
  ]);
  const none: ItemCounts = { todo: 0, done: 0, stays: 0, undone: 0, told: 0 };
  return rows.reduce((counts, { _id, count }) => ({ ...counts, [_id]: count }), none);
}

const SHOWN_STAYS = 200;

/** The first slots of a move that stay where they are, and those that could not be moved back. */
export async function findStays(move: Types.ObjectId): Promise<Left<StayCode>[]> {
  const items = await SlotMoveItem.find({ move, state: { $in: ['stays', 'done'] }, why: { $exists: true } })
    .sort({ order: 1 })
    .limit(SHOWN_STAYS)
    .lean();
  return items.map(({ slot, resource, from, why = 'changed' }) => ({
    slot: { _id: slot, resource, from },
    why,
  }));
}
