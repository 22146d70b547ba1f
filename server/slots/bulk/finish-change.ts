import type { Types } from 'mongoose';
import { withoutSource } from '../../audit/follow-source.js';
import { Slot, type SlotLayout } from '../../models/slot.js';
import { unlock } from '../lock-slots.js';
import { changeOfMany } from '../name-before.js';
import type { EventScope } from './plan-change.js';
import { endLayouts, setRest, writeLayout } from './write-layout.js';

/** First slots of rows. The time is always there: it makes the query use its index. */
export const WITH_LAYOUT = {
  ...{ locked: { $exists: true }, 'locked.at': { $gte: new Date(0) } },
  'locked.layout': { $exists: true },
};

/**
 * Finishes a change of slots whose process died: what its rows become stands on the first slot of each. The audit gets the entry that the
 * change would have got, with what its rows really have become.
 */
export async function finishChange(by: Types.ObjectId): Promise<void> {
  const leads = await Slot.find({ ...WITH_LAYOUT, 'locked.by': by }).lean();
  const [one] = leads;
  if (!one) return;
  const event = { _id: one.event, account: one.account };
  const rows = leads.flatMap((lead) => (lead.locked?.layout ? [{ lead, layout: lead.locked.layout }] : []));
  const rest = rows.flatMap(({ layout }) => layout.rest ?? []);
  for (const { layout } of rows) if (layout.rest) await setRest(event, layout.rest, layout.set, by);
  for (const { layout } of rows) {
    const own = await stillLocked(
      event,
      layout.slots.map(({ _id }) => _id),
      by,
    );
    await writeLayout(event, layout, own, by);
  }
  const [{ audit, times } = { audit: undefined, times: [] }] = rows.map(({ layout }) => layout);
  if (!audit) return;
  const written = await Promise.all(rows.map(({ lead, layout }) => readRow(event, lead, layout)));
  const sum = (count: 'changed' | 'made' | 'removed' | 'left') =>
    written.reduce((total, row) => total + row[count], 0);
  const minutes = times[0] ? lengthOf(times[0]) : undefined;
  const lengths = written.flatMap(({ before }) => before.map((slot) => [lengthOf(slot), 1] as const));
  const others = audit.changes?.filter(({ field }) => field !== 'minutes') ?? [];
  await unlock(event, await stillLocked(event, rest, by), by);
  // Its entry says who decided it and from where, and not who happens to finish it.
  await withoutSource(() =>
    endLayouts(
      {
        ...{ _id: by, account: event.account, event: event._id, action: 'change many slots' as const },
        ...audit,
        detail: {
          ...audit.detail,
          ...{ changed: rest.length + sum('changed'), made: sum('made'), removed: sum('removed') },
          left: Number(audit.detail.left ?? 0) + sum('left'),
        },
        changes: [...(minutes === undefined ? [] : changeOfMany('minutes', lengths, minutes)), ...others],
      },
      leads.map(asBefore),
    ),
  );
}

/** Those of some slots that the change has locked, in the same order, each with the state that it gets back. */
async function stillLocked(event: EventScope, ids: Types.ObjectId[], by: Types.ObjectId): Promise<Slot[]> {
  const found = await Slot.find({
    ...{ account: event.account, event: event._id, _id: { $in: ids }, 'locked.by': by },
  }).lean();
  const byId = new Map(found.map((slot) => [slot._id.toHexString(), asBefore(slot)]));
  return ids.flatMap((id) => byId.get(id.toHexString()) ?? []);
}

/** What a row has become, whoever wrote it. `before`: its slots that were changed or removed, as they were. */
async function readRow(event: EventScope, { resource }: Slot, { slots, times, made }: SlotLayout) {
  const more = times.slice(slots.length);
  const own = { account: event.account, event: event._id };
  const found = await Slot.find(
    {
      ...own,
      $or: [
        { _id: { $in: slots.map(({ _id }) => _id) } },
        { resource, from: { $in: more.map(({ from }) => from) } },
      ],
    },
    { from: 1, to: 1 },
  ).lean();
  const byId = new Map(found.map((slot) => [slot._id.toHexString(), slot]));
  const isAt = (slot: Span, time: Span) => +slot.from === +time.from && +slot.to === +time.to;
  const changed = slots.filter(({ _id }, index) => {
    const [slot, time] = [byId.get(_id.toHexString()), times[index]];
    return slot && time && isAt(slot, time);
  });
  const removed = slots.slice(times.length).filter(({ _id }) => !byId.has(_id.toHexString()));
  const there = more.filter((time) => found.some((slot) => isAt(slot, time)));
  return {
    before: [...changed, ...removed],
    changed: changed.length,
    removed: removed.length,
    made: made ?? there.length,
    left: slots.length - changed.length - removed.length,
  };
}

type Span = Pick<Slot, 'from' | 'to'>;

const lengthOf = ({ from, to }: Span) => (+to - +from) / 60_000;

/** The slot with the state that it had before it was locked. */
function asBefore(slot: Slot): Slot {
  return Object.assign({}, slot, { state: slot.locked?.was ?? slot.state });
}
