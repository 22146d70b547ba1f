import type { Types } from 'mongoose';
import { Slot, type SlotLayout } from '../../models/slot.js';
import type { Actor } from '../../web/actor.js';
import { LOCKED, lockFree, unlock } from '../lock-slots.js';
import { planAround, type Done, type EventScope } from './plan-change.js';
import type { BulkChange } from './schema.js';
import { keepLayouts, writeLayout, type Lead } from './write-layout.js';

/**
 * Changes the slots that nobody has booked, each locked meanwhile.
 * @param done is told what was done
 * @returns the change’s name, and the first slot of each row that got other times: they stay locked until the caller ends the change
 */
export async function changeLocked(
  event: EventScope,
  slots: Slot[],
  change: BulkChange,
  { done, actor, now }: { done: Done; actor: Actor; now: Date },
): Promise<{ by: Types.ObjectId; leads: Lead[] }> {
  const { locked, taken, changed, by } = await lockFree(event, slots, now);
  const theirs = new Set(changed);
  const plan = await planAround(
    event,
    slots.filter((slot) => !theirs.has(slot)),
    change,
    taken,
  );
  done.left.push(...plan.left, ...changed.map((slot) => ({ slot, why: 'changed' as const })));
  const set = {
    ...(change.kind === '' ? {} : { kind: change.kind }),
    ...(change.capacity === undefined ? {} : { capacity: change.capacity }),
  };
  const layouts = plan.runs.map((run): SlotLayout => ({
    slots: run.slots.map(({ _id, from, to }) => ({ _id, from, to })),
    ...{ times: run.times, set, user: actor.user },
  }));
  await keepLayouts(event, layouts, by);
  const byId = new Map(locked.map((slot) => [slot._id.toHexString(), slot]));
  const moved = new Set<string>();
  const leads: Lead[] = [];
  for (const layout of layouts) {
    const own = layout.slots.flatMap(({ _id }) => byId.get(_id.toHexString()) ?? []);
    for (const { _id } of layout.slots) moved.add(_id.toHexString());
    const written = await writeLayout(event, layout, own, by);
    for (const count of ['changed', 'made', 'removed'] as const) done[count] += written[count];
    if (written.isWhole) leads.push(...own.slice(0, 1).map(({ _id, state }) => ({ _id, state })));
    else done.left.push(...own.map((slot) => ({ slot, why: 'changed' as const })));
  }
  const others = locked.filter(({ _id }) => !moved.has(_id.toHexString()));
  const noRoom = new Set(plan.left.map(({ slot }) => slot._id.toHexString()));
  const kept = others.filter(({ _id }) => !noRoom.has(_id.toHexString()));
  const scope = { account: event.account, event: event._id };
  const asLocked = { ...scope, _id: { $in: kept.map(({ _id }) => _id) }, state: LOCKED, 'locked.by': by };
  if (Object.keys(set).length > 0) await Slot.updateMany(asLocked, { $set: set });
  done.changed += kept.length;
  await unlock(event, others, by);
  return { by, leads };
}
