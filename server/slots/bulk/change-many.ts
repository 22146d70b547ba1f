import { recordAudit, type Audit } from '../../audit/record-audit.js';
import type { AuditChange } from '../../models/audit-entry.js';
import { Resource } from '../../models/resource.js';
import { Slot } from '../../models/slot.js';
import type { Actor } from '../../web/actor.js';
import { distinctIds, groupBy } from '../../web/lists.js';
import { changeSlots } from '../change-slots.js';
import { takenAmong } from '../lock-slots.js';
import { changeOfMany, changesOfRooms } from '../name-before.js';
import { changeLocked } from './change-locked.js';
import { needsFree, planAround, type Done, type EventScope } from './plan-change.js';
import type { BulkChange } from './schema.js';
import { endLayouts } from './write-layout.js';

/**
 * Changes many slots at once. If a change requires that a slot is not booked, the slot is locked meanwhile; each write carries the slot as
 * it was read in its filter.
 * @returns how many slots were changed, made and removed, and which ones stay, with the reason
 */
export async function changeMany(
  actor: Actor,
  event: EventScope,
  slots: Slot[],
  change: BulkChange,
  now: Date,
): Promise<Done> {
  const { state, message, capacity, kind, minutes, room } = change;
  const done: Done = { changed: 0, made: 0, removed: 0, left: [] };
  const rooms = room === '' ? { changes: [], detail: {} } : await setRooms(event, slots, room);
  // This goes first, so that a locked slot gets back the state that it will have.
  if (state !== '') await changeSlots(actor, event, slots, { state, message }, now);
  const current =
    state === ''
      ? slots
      : slots.map((slot) =>
          Object.assign({}, slot, { state, message: state === 'unavailable' ? message : '' }),
        );
  const auditOf = (): Audit => ({
    account: event.account,
    event: event._id,
    user: actor.user,
    action: 'change many slots',
    detail: {
      slots: slots.length,
      ...{ changed: done.changed, made: done.made, removed: done.removed, left: done.left.length },
      ...{ minutes, capacity, kind, state },
      ...rooms.detail,
    },
    changes: [...changesOfSlots(slots, change, done), ...rooms.changes],
    at: now,
  });
  const layouts = needsFree(change)
    ? await changeLocked(event, current, change, { done, auditOf, now })
    : null;
  if (!layouts && capacity !== undefined) await changeSeats(event, current, capacity, done);
  else if (!layouts) done.changed = slots.length;
  const audit = auditOf();
  await (layouts ? endLayouts({ ...audit, _id: layouts.by }, layouts.leads) : recordAudit(audit));
  return done;
}

/** Gives the slots' teachers one room. @returns their rooms before, for the audit */
async function setRooms(event: EventScope, slots: Slot[], room: string) {
  const those = {
    account: event.account,
    event: event._id,
    _id: { $in: distinctIds(slots.map(({ resource }) => resource)) },
  };
  const before = await Resource.find({ ...those, room: { $ne: room } }, { room: 1 })
    .sort({ sortKey: 1 })
    .lean();
  await Resource.updateMany(those, { $set: { room } });
  return changesOfRooms(before.map(({ _id, room: was }) => ({ _id, was, room })));
}

/** What the changed slots were before; a state is told by the entry of its own change. */
function changesOfSlots(
  slots: Slot[],
  { minutes, capacity, kind }: BulkChange,
  { left }: Done,
): AuditChange[] {
  const staying = new Set(left.map(({ slot }) => slot._id.toHexString()));
  const changed = slots.filter(({ _id }) => !staying.has(_id.toHexString()));
  const was = (valueOf: (slot: Slot) => string | number) =>
    changed.map((slot) => [valueOf(slot), 1] as const);
  const lengthOf = ({ from, to }: Slot) => (to.getTime() - from.getTime()) / 60_000;
  return [
    ...(minutes === undefined ? [] : changeOfMany('minutes', was(lengthOf), minutes)),
    ...(capacity === undefined
      ? []
      : changeOfMany(
          'capacity',
          was((slot) => slot.capacity),
          capacity,
        )),
    ...(kind === ''
      ? []
      : changeOfMany(
          'kind',
          was((slot) => slot.kind),
          kind,
        )),
  ];
}

/**
 * The number is written before the seats are counted: somebody who books meanwhile either has the appointment already, or finds the new
 * number.
 */
async function changeSeats(event: EventScope, slots: Slot[], capacity: number, done: Done): Promise<void> {
  const scope = { account: event.account, event: event._id };
  const ids = slots.map(({ _id }) => _id);
  const plan = await planAround(event, slots, { capacity, kind: '' }, await takenAmong(ids));
  done.left.push(...plan.left);
  for (const [before, list] of groupBy(plan.changing, (slot) => slot.capacity))
    await Slot.updateMany(
      { ...scope, _id: { $in: list.map(({ _id }) => _id) }, capacity: before },
      { $set: { capacity } },
    );
  const after = await takenAmong(plan.changing.map(({ _id }) => _id));
  const over = plan.changing.filter(({ _id }) => (after.get(_id.toHexString())?.count ?? 0) > capacity);
  for (const slot of over)
    await Slot.updateOne({ _id: slot._id, ...scope, capacity }, { $set: { capacity: slot.capacity } });
  done.left.push(...over.map((slot) => ({ slot, why: 'seats' as const })));
  done.changed += plan.changing.length - over.length;
}
