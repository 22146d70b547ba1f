import type { Event } from '../../models/event.js';
import { Slot } from '../../models/slot.js';
import { groupBy } from '../../web/lists.js';
import { takenAmong, type Taken } from '../lock-slots.js';
import { layAgain, type Run } from './lay-again.js';
import type { BulkChange } from './schema.js';

export type EventScope = Pick<Event, '_id' | 'account'>;

/** Why a slot stays as it is. `no room`: the new length does not fit there. `changed`: somebody else changed it meanwhile. */
export type WhyLeft = 'booked' | 'held' | 'no room' | 'seats' | 'changed';

export interface BulkPlan {
  /** Slots that get another length, kind or number of families. */
  changing: Slot[];
  left: { slot: Slot; why: WhyLeft }[];
  runs: Run<Slot>[];
}

/** What a change did. */
export interface Done {
  changed: number;
  made: number;
  removed: number;
  left: BulkPlan['left'];
}

type Wanted = Pick<BulkChange, 'minutes' | 'capacity' | 'kind'>;

/** Whether the change is one that a booked slot does not allow. */
export function needsFree({ minutes, kind }: Wanted): boolean {
  return minutes !== undefined || kind !== '';
}

/**
 * What a change would do to some slots; writes nothing. A booked slot keeps its length and kind, and at least as many seats as are taken.
 * @param slots whole documents, as they were read
 */
export async function planChange(event: EventScope, slots: Slot[], change: Wanted): Promise<BulkPlan> {
  const taken = await takenAmong(slots.map(({ _id }) => _id));
  return planAround(event, slots, change, taken);
}

/** The same, where the slots' appointments have been looked up. */
export async function planAround(
  event: EventScope,
  slots: Slot[],
  change: Wanted,
  taken: Map<string, Taken>,
): Promise<BulkPlan> {
  const left: BulkPlan['left'] = [];
  const changing = slots.filter((slot) => {
    const has = taken.get(slot._id.toHexString());
    if (!has) return true;
    if (needsFree(change)) left.push({ slot, why: has.why });
    else if (change.capacity !== undefined && change.capacity < has.count) left.push({ slot, why: 'seats' });
    else return true;
    return false;
  });
  if (change.minutes === undefined) return { changing, left, runs: [] };
  const free = new Set(changing.map(({ _id }) => _id.toHexString()));
  const own = await Slot.find({
    account: event.account,
    event: event._id,
    resource: { $in: [...new Set(changing.map(({ resource }) => resource.toHexString()))] },
  })
    .sort({ resource: 1, from: 1 })
    .lean();
  const byResource = groupBy(own, ({ resource }) => resource.toHexString());
  const runs: Run<Slot>[] = [];
  for (const list of byResource.values()) {
    const laid = layAgain(list, ({ _id }) => free.has(_id.toHexString()), change.minutes);
    runs.push(...laid.runs);
    left.push(...laid.left.map((slot) => ({ slot, why: 'no room' as const })));
  }
  const noRoom = new Set(left.map(({ slot }) => slot._id.toHexString()));
  return { changing: changing.filter(({ _id }) => !noRoom.has(_id.toHexString())), left, runs };
}
