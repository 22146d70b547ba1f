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
 * Carries out a fix. A slot that is booked or on hold by now stays as it is, and a time that the teacher has by now is left out; so doing
 * it twice has no further effect.
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
      ? // Naming the kind makes the change require a free slot: one that somebody takes at this moment stays with one family.
        { ...NO_CHANGE, capacity: fix.capacity, kind: first.kind }
      : { ...NO_CHANGE, minutes: fix.minutes };
  const { made, changed } = await changeMany(actor, event, fix.slots, change, now);
  return { made, changed };
}
