import type { Types } from 'mongoose';
import { recordAudit } from '../../audit/record-audit.js';
import { findBusy } from '../../claims/find-busy.js';
import { findSitting, HOLDER } from '../../claims/find-sitting.js';
import { reconcileSlot } from '../../booking/reconcile-slots.js';
import type { Deps } from '../../deps.js';
import { inSlots } from '../../models/appointment-slots.js';
import { asRead } from '../../models/as-read.js';
import { Resource } from '../../models/resource.js';
import { Slot } from '../../models/slot.js';
import type { Actor } from '../../web/actor.js';

/** How many people may sit in one slot beside its own teacher. */
export const MOST_JOINED = 10;

export type TeamChange =
  | { ok: true; changed: boolean }
  | { ok: false; reason: 'changed' | 'too many' | 'unknown' | 'own' }
  | { ok: false; reason: 'busy'; at: Date };

/**
 * Adds another teacher to a slot, or removes one. The slot's appointments are added to their diary or removed from it, and the families are
 * told. A teacher who has another meeting during an appointment is refused.
 * @param slot as it was read
 */
export async function changeTeam(
  deps: Deps,
  actor: Actor,
  slot: Slot,
  { holder, joins }: { holder: Types.ObjectId; joins: boolean },
): Promise<TeamChange> {
  const before = slot.with ?? [];
  const isIn = before.some((id) => id.equals(holder));
  // This was the same click a second time.
  if (isIn === joins) return { ok: true, changed: false };
  if (joins) {
    const refused = await checkJoining(slot, holder, deps.now());
    if (refused) return refused;
  }
  const after = joins ? [...before, holder] : before.filter((id) => !id.equals(holder));
  const changed = await Slot.updateOne(
    { _id: slot._id, account: slot.account, event: slot.event, ...asRead({ with: slot.with }) },
    {
      $set: { unsettled: true, ...(after.length > 0 ? { with: after } : {}) },
      ...(after.length > 0 ? {} : { $unset: { with: 1 } }),
    },
  );
  if (changed.matchedCount === 0) return { ok: false, reason: 'changed' };
  const notFree = await reconcileSlot(deps, slot._id);
  await recordAudit({
    account: slot.account,
    event: slot.event,
    user: actor.user,
    action: 'change team',
    targets: [slot._id, holder],
    detail: { joins },
    at: deps.now(),
  });
  const late = notFree.find((one) => one.holder.equals(holder));
  return late ? { ok: false, reason: 'busy', at: late.at } : { ok: true, changed: true };
}

async function checkJoining(slot: Slot, holder: Types.ObjectId, now: Date): Promise<TeamChange | undefined> {
  if (holder.equals(slot.resource)) return { ok: false, reason: 'own' };
  if ((slot.with?.length ?? 0) >= MOST_JOINED) return { ok: false, reason: 'too many' };
  const found = await Resource.findOne(
    { _id: holder, account: slot.account, event: slot.event, status: 'active' },
    HOLDER,
  ).lean();
  if (!found || (!found.contact && !found.byHand)) return { ok: false, reason: 'unknown' };
  const people = (await findSitting([found])).map(({ _id }) => _id);
  const at = await findBusy(people, inSlots([slot._id]), now);
  return at ? { ok: false, reason: 'busy', at } : undefined;
}
