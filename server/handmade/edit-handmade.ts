import { recordAudit } from '../audit/record-audit.js';
import { findBusy } from '../booking/find-busy.js';
import { reconcileSlot } from '../booking/reconcile-slots.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { asRead } from '../models/as-read.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
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
  if (isOther) await Slot.updateMany(slotsToCome(before, now), { $set: { unsettled: true } });
  const saved = await Resource.updateOne(asFound(before), {
    $set: { ...namesOf(form), byHand: { ...parsed.byHand, hidden: before.byHand.hidden } },
  });
  const late = isOther ? await settleAll(deps, before, now) : undefined;
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

const slotsToCome = ({ _id, account, event }: Handmade, now: Date) => ({
  ...{ resource: _id, account, event },
  to: { $gt: now },
});

/** Settles its slots that somebody has or holds; the others need no more. @returns when the new contact turned out to be elsewhere */
async function settleAll(deps: Deps, handmade: Handmade, now: Date): Promise<Date | undefined> {
  const taken = await Appointment.distinct('slot', {
    resource: handmade._id,
    state: { $in: ['pending', ...LIVING_STATES] },
    to: { $gt: now },
  });
  let late: Date | undefined;
  for (const slot of taken) for (const { at } of await reconcileSlot(deps, slot)) late ??= at;
  await Slot.updateMany(
    { ...slotsToCome(handmade, now), unsettled: true, _id: { $nin: taken } },
    { $unset: { unsettled: 1 } },
  );
  return late;
}
