import type { Types } from 'mongoose';
import type { Audit } from '../../audit/record-audit.js';
import { currentSource } from '../../audit/follow-source.js';
import type { Slot, SlotLayout } from '../../models/slot.js';
import { lockFree, unlock } from '../lock-slots.js';
import { planAround, type Done, type EventScope } from './plan-change.js';
import type { BulkChange } from './schema.js';
import { keepLayouts, setRest, writeLayout, type Lead } from './write-layout.js';

/**
 * Changes the slots that nobody has booked, each locked meanwhile.
 * @param done is told what was done
 * @param auditOf the change’s entry in the audit, as far as it is done
 * @returns the change’s name, and the first slot of each row that got other times: they stay locked until the caller ends the change
 */
export async function changeLocked(
  event: EventScope,
  slots: Slot[],
  change: BulkChange,
  { done, auditOf, now }: { done: Done; auditOf: () => Audit; now: Date },
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
  const moved = new Set(plan.runs.flatMap((run) => run.slots.map(({ _id }) => _id.toHexString())));
  const others = locked.filter(({ _id }) => !moved.has(_id.toHexString()));
  const noRoom = new Set(plan.left.map(({ slot }) => slot._id.toHexString()));
  const rest = others.filter(({ _id }) => !noRoom.has(_id.toHexString())).map(({ _id }) => _id);
  const audit = keptOf(auditOf());
  const layouts = plan.runs.map((run, index): SlotLayout => ({
    slots: run.slots.map(({ _id, from, to }) => ({ _id, from, to })),
    ...{ times: run.times, set, audit },
    ...(index === 0 ? { rest } : {}),
  }));
  await keepLayouts(event, layouts, by);
  // Before the rows: whoever finishes them after a death finds this done, or does it first.
  const kept = new Set((await setRest(event, rest, set, by)).map(String));
  const byId = new Map(locked.map((slot) => [slot._id.toHexString(), slot]));
  done.changed += kept.size;
  const lost = rest.map(String).filter((id) => !kept.has(id));
  done.left.push(
    ...lost.flatMap((id) => byId.get(id) ?? []).map((slot) => ({ slot, why: 'changed' as const })),
  );
  const leads: Lead[] = [];
  for (const layout of layouts) {
    const own = layout.slots.flatMap(({ _id }) => byId.get(_id.toHexString()) ?? []);
    const written = await writeLayout(event, layout, own, by);
    for (const count of ['changed', 'made', 'removed'] as const) done[count] += written[count];
    if (written.isWhole) leads.push(...own.slice(0, 1).map(({ _id, state }) => ({ _id, state })));
    else done.left.push(...own.map((slot) => ({ slot, why: 'changed' as const })));
  }
  await unlock(event, others, by);
  return { by, leads };
}

/** What the rows keep of the entry. */
function keptOf({ user, at, detail = {}, changes }: Audit): SlotLayout['audit'] {
  const from = currentSource();
  return {
    ...{ at, detail: Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== undefined)) },
    ...(user ? { user } : {}),
    ...(from ? { from } : {}),
    ...(changes ? { changes } : {}),
  };
}
