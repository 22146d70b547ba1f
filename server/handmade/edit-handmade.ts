import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { findBusy } from '../claims/find-busy.js';
import { reconcileSlot, slotsWith } from '../booking/reconcile-slots.js';
import type { Deps } from '../deps.js';
import { inSlots, slotsOf } from '../models/appointment-slots.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { asRead } from '../models/as-read.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { distinctIds } from '../web/lists.js';
import { namesOf, parseHandmade, type NotSaved } from './add-handmade.js';
import type { Handmade } from './queries.js';
import type { HandmadeForm } from './schema.js';

/**
 * Changes something made by hand. A new staff contact takes over its appointments; a contact who has another meeting then is refused.
 * @param before as it was read; `changed meanwhile` if somebody has changed it since
 */
export async function editHandmade(
  deps: Deps,
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  before: Handmade,
  form: HandmadeForm,
): Promise<
  | { ok: true }
  | NotSaved
  | { ok: false; reason: 'changed meanwhile' }
  | { ok: false; reason: 'busy'; at: Date }
> {
  const parsed = await parseHandmade(actor, event, form, before.byHand.staff);
  if (!parsed.ok) return parsed;
  const { staff } = parsed.byHand;
  const isOther = String(staff) !== String(before.byHand.staff);
  const now = deps.now();
  const clash = isOther && staff ? await findClash(before, staff, now) : undefined;
  if (clash) return { ok: false, reason: 'busy', at: clash };
  if (isOther) await Slot.updateMany(slotsWith(before, now), { $set: { unsettled: true } });
  const saved = await Resource.updateOne(asFound(before), {
    $set: { ...namesOf(form), byHand: { ...parsed.byHand, hidden: before.byHand.hidden } },
  });
  const late = isOther ? await settleAll(deps, before, now) : undefined;
  if (saved.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  await recordAudit({
    account: event.account,
    event: event._id,
    user: actor.user,
    action: 'change bookable',
    targets: [before._id],
    detail: { kind: form.kind },
    at: now,
  });
  return late ? { ok: false, reason: 'busy', at: late } : { ok: true };
}

/**
 * Shows or hides it. Its appointments stay.
 * @returns false if nothing changes
 */
export async function hideHandmade(
  deps: Pick<Deps, 'now'>,
  actor: Actor,
  { _id, account, event }: Handmade,
  hidden: boolean,
): Promise<boolean> {
  const done = await Resource.updateOne(
    { _id, account, event, status: 'active', 'byHand.hidden': !hidden },
    { $set: { 'byHand.hidden': hidden } },
  );
  if (done.modifiedCount === 0) return false;
  await recordAudit({
    ...{ account, event, user: actor.user, targets: [_id], at: deps.now() },
    action: hidden ? 'hide bookable' : ('show bookable' as const),
  });
  return true;
}

function asFound({ _id, account, event, name, room, byHand }: Handmade) {
  const { kind, hidden, school, schools, grades, staff } = byHand;
  const fields = { kind, hidden, school, schools, grades, staff };
  return {
    ...{ _id, account, event, status: 'active' as const },
    ...asRead({
      name,
      room,
      ...Object.fromEntries(Object.entries(fields).map(([key, value]) => [`byHand.${key}`, value])),
    }),
  };
}

/** When somebody has another meeting during one of its own, or during one of others in which it sits. */
async function findClash(handmade: Handmade, staff: Types.ObjectId, now: Date): Promise<Date | undefined> {
  const slots = await Slot.distinct('_id', slotsWith(handmade, now));
  return findBusy([staff], inSlots(slots), now);
}

/** How many slots are updated while somebody waits; the job does the others within a minute or two. */
const AT_ONCE = 50;

/**
 * Updates the diaries of its slots that are booked or on hold; other slots need nothing.
 * @returns when the new contact turned out to be busy
 */
async function settleAll(deps: Deps, handmade: Handmade, now: Date): Promise<Date | undefined> {
  const slots = slotsWith(handmade, now);
  const taken = await Appointment.find(
    {
      ...inSlots(await Slot.distinct('_id', slots)),
      state: { $in: ['pending', ...LIVING_STATES] },
    },
    { slot: 1, more: 1 },
  )
    .limit(AT_ONCE + 1)
    .lean();
  if (taken.length > AT_ONCE) return undefined;
  for (const slot of distinctIds(taken.flatMap(slotsOf)))
    // The contact's leaving has marked all slots again, so the job continues.
    for (const { at } of await reconcileSlot(deps, slot)) return at;
  await Slot.updateMany(
    { ...slots, unsettled: true, _id: { $nin: taken.flatMap(slotsOf) } },
    { $unset: { unsettled: 1 } },
  );
  return undefined;
}
