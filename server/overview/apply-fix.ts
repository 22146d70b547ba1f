import { recordAudit } from '../audit/record-audit.js';
import type { Event } from '../models/event.js';
import { insertSlots } from '../slots/add-slots.js';
import { changeMany } from '../slots/bulk/change-many.js';
import type { BulkChange } from '../slots/bulk/schema.js';
import type { Actor } from '../web/actor.js';
import type { Fix } from './plan-fixes.js';

const NO_CHANGE: BulkChange = {
  ...{ ids: [], resources: [], day: '', print: '', sure: true },
  ...{ kind: '', state: '', message: '', room: '' },
};

/**
 * Does what a fix says. A slot that somebody has booked or holds meanwhile stays as it is, and a time that the teacher has meanwhile is
 * left out: done twice, it is done once.
 * @returns how many slots were made, and how many were changed
 */
export async function applyFix(
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  fix: Fix,
  now: Date,
): Promise<{ made: number; changed: number }> {
  if ('made' in fix) {
    const made = (await insertSlots(fix.made)).length;
    const days = [...new Set(fix.made.map(({ day }) => day))];
    await recordAudit({
      account: event.account,
      event: event._id,
      user: actor.user,
      action: 'make slots',
      detail: { made, teachers: 1, days },
      at: now,
    });
    return { made, changed: 0 };
  }
  const [first] = fix.slots;
  if (!first) return { made: 0, changed: 0 };
  const change: BulkChange =
    fix.kind === 'seats'
      ? // With the kind that it has, so that a slot which somebody takes at this moment stays with one family.
        { ...NO_CHANGE, capacity: fix.capacity, kind: first.kind }
      : { ...NO_CHANGE, minutes: fix.minutes };
  const { made, changed } = await changeMany(actor, event, fix.slots, change, now);
  return { made, changed };
}
