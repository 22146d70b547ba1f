import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { duplicatesAmong, isDuplicateKey } from '../models/duplicate-key.js';
import type { Event } from '../models/event.js';
import { SlotMove, SlotMoveItem } from '../models/slot-move.js';
import { addDays } from '../slots/add-day.js';
import { finishLayouts } from '../slots/unlock-left.js';
import type { Actor } from '../web/actor.js';
import { checkMove } from './check-move.js';
import type { MovePlan } from './plan-move.js';
import type { MoveForm } from './schema.js';

const BATCH = 1000;

export type Started =
  | { ok: true; move: MoveForm['key'] }
  | Extract<MovePlan, { ok: false }>
  | { ok: false; field: '_form'; reason: 'under way' };

/**
 * Stores what moves and asks a worker to do it. The slots are stored first, then the move, without which they do not count: a process that
 * dies in between has begun nothing. The same click twice begins it once.
 */
export async function startMove(deps: Deps, actor: Actor, event: Event, form: MoveForm): Promise<Started> {
  const known = await SlotMove.findOne(
    { _id: form.key, account: event.account, event: event._id },
    { _id: 1 },
  ).lean();
  if (known) return { ok: true, move: known._id };
  const underWay = await SlotMove.exists({
    event: event._id,
    account: event.account,
    state: { $in: ['running', 'undoing'] },
  });
  if (underWay) return { ok: false, field: '_form', reason: 'under way' };
  await finishLayouts(event, deps.now());
  const checked = await checkMove(event, form);
  if (!checked.ok) return checked;
  const items = checked.planned.map(({ slot, to, why }, order) => ({
    ...{
      account: event.account,
      event: event._id,
      move: form.key,
      slot: slot._id,
      resource: slot.resource,
      order,
    },
    ...{ from: slot.from, to: slot.to, day: slot.day },
    ...{ newFrom: to?.from ?? slot.from, newTo: to?.to ?? slot.to, newDay: to?.day ?? slot.day },
    ...(to ? { state: 'todo' as const } : { state: 'stays' as const, ...(why ? { why } : {}) }),
  }));
  for (let start = 0; start < items.length; start += BATCH)
    await SlotMoveItem.insertMany(items.slice(start, start + BATCH), { ordered: false }).catch(
      (error: unknown) => {
        if (!duplicatesAmong(error)) throw error;
      },
    );
  if (form.kind === 'move') await addDays(event, [form.toDay || form.day]);
  const now = deps.now();
  try {
    await SlotMove.create({
      ...{ _id: form.key, account: event.account, event: event._id, kind: form.kind, state: 'running' },
      ...{ by: actor.user, day: form.day, notice: form.notice, total: items.length, createdAt: now },
      ...(form.kind === 'move' ? { toDay: form.toDay || form.day } : {}),
    });
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
  }
  await recordAudit({
    ...{ account: event.account, event: event._id, user: actor.user, at: now },
    action: form.kind === 'move' ? 'move slots' : 'cancel slots',
    targets: [form.key],
    detail: { slots: items.length, day: form.day, toDay: form.toDay, toTime: form.toTime },
  });
  await deps.queue.add('move-slots', form.key.toHexString());
  return { ok: true, move: form.key };
}
