import { Types } from 'mongoose';
import { Event } from '../../server/models/event.js';
import { Resource } from '../../server/models/resource.js';
import { searchKey } from '../../server/models/search-key.js';
import { Slot } from '../../server/models/slot.js';
import { fromLocal } from '../../server/web/local-time.js';

type EventChange = Partial<Omit<Event, 'booking'>> & { booking?: Partial<Event['booking']> };

/** An event of one day in Chicago, Tuesday, November 24, 2026, without slots and with no booking window. */
export async function makeEvent(account: Types.ObjectId, more: EventChange = {}): Promise<Event> {
  const name = more.name ?? 'Fall conferences';
  const event = await Event.create({
    name,
    days: ['2026-11-24'],
    timeZone: 'America/Chicago',
    link: new Types.ObjectId().toHexString(),
    createdAt: new Date(),
    ...more,
    account,
    sortKey: searchKey(name),
  });
  return event.toObject();
}

/** A teacher who takes part in the event; `contact` where they are on the roster. */
export async function makeTeacher(
  event: Event,
  name: string,
  more: Partial<Resource> = {},
): Promise<Resource> {
  const resource = await Resource.create({
    name,
    status: 'active',
    ...more,
    account: event.account,
    event: event._id,
    searchKey: searchKey(name),
    sortKey: searchKey(name),
  });
  return resource.toObject();
}

/** @param local begin in the event's zone, like 2026-11-24T17:00; ten minutes long */
export async function makeSlot(
  event: Event,
  resource: Pick<Resource, '_id'>,
  local: string,
  more: Partial<Slot> = {},
): Promise<Slot> {
  const from = fromLocal(local, event.timeZone);
  if (!from) throw new Error(`There is no ${local}.`);
  const slot = await Slot.create({
    from,
    to: new Date(from.getTime() + 10 * 60_000),
    day: local.slice(0, 10),
    ...more,
    account: event.account,
    event: event._id,
    resource: resource._id,
  });
  return slot.toObject();
}

/** The same at several times of a day, in their order. @param times begins, like 17:00 */
export async function makeSlots(
  event: Event,
  resource: Pick<Resource, '_id'>,
  day: string,
  times: string[],
): Promise<Slot[]> {
  const slots: Slot[] = [];
  for (const time of times) slots.push(await makeSlot(event, resource, `${day}T${time}`));
  return slots;
}
