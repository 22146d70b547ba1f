import type { Types } from 'mongoose';
import { Appointment } from '../models/appointment.js';
import { Diary, type Busy } from '../models/diary.js';
import { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';

/** Why two contacts cannot be one person at present: they would be in two places at once. */
export interface Clash {
  reason: 'slots overlap' | 'meetings overlap';
  at: Date;
  /** The name of the event, if it is about one event's slots. */
  event?: string;
}

/** The first conflict if one person had the slots and meetings of both; undefined if there is none. */
export async function findClash(
  account: Types.ObjectId,
  keep: Types.ObjectId,
  drop: Types.ObjectId,
): Promise<Clash | undefined> {
  return (await slotClash(account, keep, drop)) ?? (await meetingClash(keep, drop));
}

/** The account's events: indexes on what is in events begin with them. */
export async function eventIds(account: Types.ObjectId): Promise<Types.ObjectId[]> {
  const events = await Event.find({ account }, { _id: 1 }).lean();
  return events.map(({ _id }) => _id);
}

async function slotClash(
  account: Types.ObjectId,
  keep: Types.ObjectId,
  drop: Types.ObjectId,
): Promise<Clash | undefined> {
  const held = await Resource.find(
    { event: { $in: await eventIds(account) }, contact: { $in: [keep, drop], $type: 'objectId' } },
    { event: 1, contact: 1 },
  ).lean();
  for (const dropped of held.filter(({ contact }) => contact?.equals(drop))) {
    const kept = held.find(({ contact, event }) => contact?.equals(keep) && event.equals(dropped.event));
    const at = kept && (await firstOverlap(kept._id, dropped._id));
    if (!at) continue;
    const event = await Event.findById(dropped.event, { name: 1 }).lean();
    return { reason: 'slots overlap', at, event: event?.name ?? '' };
  }
  return undefined;
}

async function firstOverlap(kept: Types.ObjectId, dropped: Types.ObjectId): Promise<Date | undefined> {
  const slots = await Slot.find(
    { resource: { $in: [kept, dropped] } },
    { resource: 1, from: 1, to: 1 },
  ).lean();
  const mine = slots.filter(({ resource }) => resource.equals(kept));
  const others = slots.filter(({ resource }) => resource.equals(dropped));
  const met = others.filter((slot) => mine.some((one) => one.from < slot.to && one.to > slot.from));
  return met.map(({ from }) => from).sort((a, b) => +a - +b)[0];
}

/** Conflicting meetings in any of the account's events; canceled or never booked ones do not count. */
async function meetingClash(keep: Types.ObjectId, drop: Types.ObjectId): Promise<Clash | undefined> {
  const [mine, others] = [await busyOf(keep), await busyOf(drop)];
  const met = others.flatMap((entry) =>
    mine
      .filter(
        (one) =>
          one.from < entry.to &&
          one.to > entry.from &&
          !one.slot.equals(entry.slot) &&
          !one.appointment.equals(entry.appointment),
      )
      .map((one) => ({ at: entry.from, both: [one.appointment, entry.appointment] })),
  );
  if (met.length === 0) return undefined;
  const living = await Appointment.find(
    { _id: { $in: met.flatMap(({ both }) => both) }, state: { $in: ['booked', 'problem'] } },
    { _id: 1 },
  ).lean();
  const alive = new Set(living.map(({ _id }) => _id.toHexString()));
  const found = met.find(({ both }) => both.every((id) => alive.has(id.toHexString())));
  return found && { reason: 'meetings overlap', at: found.at };
}

async function busyOf(contact: Types.ObjectId): Promise<Busy[]> {
  return (await Diary.find(diariesOf(contact)).lean()).flatMap(({ busy }) => busy);
}

/** All days of somebody's diary. ';' follows ':' in the order of bytes. */
export function diariesOf(contact: Types.ObjectId) {
  const id = contact.toHexString();
  return { _id: { $gt: `${id}:`, $lt: `${id};` } };
}
