import { recordAudit } from '../audit/record-audit.js';
import { findBusy } from '../booking/find-busy.js';
import { settleSlot } from '../booking/settle-slots.js';
import type { Deps } from '../deps.js';
import { asRead } from '../models/as-read.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import type { Types } from 'mongoose';
import type { Actor } from '../web/actor.js';
import { namesOf, parseHandmade, type NotSaved } from './add-handmade.js';
import type { Handmade } from './queries.js';
import type { HandmadeForm } from './schema.js';

/**
 * Changes what was made by hand. Another staff contact takes over what is booked; one who has another meeting then is refused.
 * @param before as it was read; `changed` where somebody has changed it since
 */
export async function editHandmade(
  deps: Deps,
  actor: Actor,
  event: Pick<Event, '_id' | 'account'>,
  before: Handmade,
  form: HandmadeForm,
): Promise<
  { ok: true } | NotSaved | { ok: false; reason: 'changed' } | { ok: false; reason: 'busy'; at: Date }
> {
  const parsed = await parseHandmade(event, form);
  if (!parsed.ok) return parsed;
  const { staff } = parsed.byHand;
  const isOther = String(staff) !== String(before.byHand.staff);
  const now = deps.now();
  const booked = { resource: before._id, to: { $gt: now } };
  const clash = isOther && staff ? await findBusy([staff], booked) : undefined;
  if (clash) return { ok: false, reason: 'busy', at: clash };
  const slots = isOther ? await markSlots(before, now) : [];
  const saved = await Resource.updateOne(asFound(before), {
    $set: { ...namesOf(form), byHand: { ...parsed.byHand, hidden: before.byHand.hidden } },
  });
  let late: Date | undefined;
  for (const slot of slots) for (const { at } of await settleSlot(deps, slot)) late ??= at;
  if (saved.matchedCount === 0) return { ok: false, reason: 'changed' };
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

/** Shows or hides it. What is booked stays. @returns false where it is so already */
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

/** Notes on its slots to come that who sits there is changing. */
async function markSlots({ _id, account, event }: Handmade, now: Date): Promise<Types.ObjectId[]> {
  const scope = { resource: _id, account, event, to: { $gt: now } };
  await Slot.updateMany(scope, { $set: { unsettled: true } });
  return (await Slot.find(scope, { _id: 1 }).lean()).map((slot) => slot._id);
}
