import type { AnyBulkWriteOperation, Types } from 'mongoose';
import { auditWrite, type Audit } from '../../audit/record-audit.js';
import { duplicatesAmong } from '../../models/duplicate-key.js';
import { beside, coveredMinutes, Slot, type SlotLayout } from '../../models/slot.js';
import { writeAnyway, writesTo } from '../../models/write-together.js';
import { insertSlots, type NewSlot } from '../add-slots.js';
import { LOCKED, unlock } from '../lock-slots.js';
import type { EventScope } from './plan-change.js';

/** The first slot of a row, and the state that it gets back. */
export type Lead = Pick<Slot, '_id' | 'state'>;

/** Notes on the first slot of each row what the row becomes, before any of it is written: from then on anybody can finish it. */
export async function keepLayouts(
  event: EventScope,
  layouts: SlotLayout[],
  by: Types.ObjectId,
): Promise<void> {
  const writes = layouts.flatMap((layout): AnyBulkWriteOperation<Slot>[] => {
    const [lead] = layout.slots;
    if (!lead) return [];
    const filter = { account: event.account, event: event._id, _id: lead._id, 'locked.by': by };
    return [{ updateOne: { filter, update: { $set: { 'locked.layout': layout } } } }];
  });
  if (writes.length > 0) await Slot.bulkWrite(writes, { ordered: false });
}

/**
 * Gives slots that keep their times what else was decided. They stay locked.
 * @returns those that the change still has: of a process that was slow, the others were given back
 */
export async function setRest(
  event: EventScope,
  rest: Types.ObjectId[],
  set: SlotLayout['set'],
  by: Types.ObjectId,
): Promise<Types.ObjectId[]> {
  if (rest.length === 0 || Object.keys(set).length === 0) return rest;
  const scope = { account: event.account, event: event._id };
  const filter = { ...scope, _id: { $in: rest }, state: LOCKED, 'locked.by': by };
  const { matchedCount } = await Slot.updateMany(filter, { $set: set });
  if (matchedCount === rest.length) return rest;
  return (await Slot.find(filter, { _id: 1 }).lean()).map(({ _id }) => _id);
}

/**
 * Gives a row its times. The first slot stays locked until `endLayouts`. Doing it again does only what is missing. Longer slots are moved
 * from the last to the first, shorter ones from the first to the last: so no slot overlaps one that has not moved yet.
 * @param own those of the row that are locked, each with the state that it gets back, the first one before all others
 * @returns `isWhole` false where somebody has made a slot in between: what has not moved yet is as it was before
 */
export async function writeLayout(
  event: EventScope,
  { slots, times, set }: SlotLayout,
  own: Slot[],
  by: Types.ObjectId,
): Promise<{ changed: number; made: number; removed: number; isWhole: boolean }> {
  const done = { changed: 0, made: 0, removed: 0, isWhole: false };
  const scope = { account: event.account, event: event._id };
  const asLocked = ({ _id, from, to }: SlotLayout['slots'][number]) => ({
    ...{ ...scope, _id, from, to },
    ...{ state: LOCKED, 'locked.by': by },
  });
  const [first, time, lead] = [slots[0], times[0], own[0]];
  if (!first || !time || !lead?._id.equals(first._id)) {
    await unlock(event, own, by);
    return done;
  }
  const states = new Map(own.map(({ _id, state }) => [_id.toHexString(), state]));
  const kept = slots.slice(0, times.length).flatMap((slot, index): AnyBulkWriteOperation<Slot>[] => {
    const [to, state] = [times[index], states.get(slot._id.toHexString())];
    if (!to || !state) return [];
    const moved = { from: to.from, to: to.to, minutes: coveredMinutes(to), ...set };
    const update =
      index === 0 ? { $set: moved } : { $set: { ...moved, state }, $unset: { locked: 1 as const } };
    return [{ updateOne: { filter: asLocked(slot), update } }];
  });
  const grows = +time.to - +time.from > +first.to - +first.from;
  const surplus = slots.slice(times.length).map((slot) => ({ deleteOne: { filter: asLocked(slot) } }));
  try {
    const written = await Slot.bulkWrite([...surplus, ...(grows ? kept.reverse() : kept)], { ordered: true });
    done.changed = written.modifiedCount;
    done.removed = written.deletedCount;
  } catch (error) {
    if (!duplicatesAmong(error)) throw error;
    await unlock(event, own, by);
    return done;
  }
  const like = { ...beside(lead), ...set };
  const more = times.slice(slots.length).map(({ from, to }) => ({ ...like, from, to }));
  done.made = more.length > 0 ? await makeOnce(event, lead._id, more, by) : 0;
  return { ...done, isWhole: true };
}

/** Makes a row’s new slots. Once they were made, one that is missing was removed by somebody, and is not made again. */
async function makeOnce(
  event: EventScope,
  lead: Types.ObjectId,
  more: NewSlot[],
  by: Types.ObjectId,
): Promise<number> {
  const unmade = {
    ...{ account: event.account, event: event._id, _id: lead },
    ...{ 'locked.by': by, 'locked.layout.made': { $exists: false } },
  };
  if (!(await Slot.exists(unmade))) return 0;
  const made = (await insertSlots(more)).length;
  await Slot.updateOne(unmade, { $set: { 'locked.layout.made': made } });
  return made;
}

/**
 * Ends a change: its entry in the audit, and then the first slots of its rows are unlocked. Who finishes it after a death does the same
 * again: the entry bears the change’s name, so that there is one.
 */
export async function endLayouts(audit: Audit & { _id?: Types.ObjectId }, leads: Lead[]): Promise<void> {
  await writeAnyway([
    ...auditWrite(audit),
    ...writesTo<Slot>(
      Slot,
      leads.map(({ _id, state }) => ({
        updateOne: {
          filter: { _id, account: audit.account, state: LOCKED, 'locked.by': audit._id },
          update: { $set: { state }, $unset: { locked: 1 as const } },
        },
      })),
    ),
  ]);
}
