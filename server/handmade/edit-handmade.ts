import { recordAudit } from '../audit/record-audit.js';
import { settleSlot } from '../booking/settle-slots.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { asRead } from '../models/as-read.js';
import { Diary } from '../models/diary.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import { Slot } from '../models/slot.js';
import type { Types } from 'mongoose';
import { utcDays } from '../booking/plan-needs.js';
import type { Actor } from '../web/actor.js';
import { namesOf, parseHandmade, type NotSaved } from './add-handmade.js';
import type { Handmade } from './queries.js';
import type { HandmadeForm } from './schema.js';

/**
 * Changes what was made by hand. Another staff contact takes over what is booked; one who has another meeting then is refused.
 * @param before as it was read; `changed` where somebody has changed it since
 */
export async function editHandmade(
  deps: Pick<Deps, 'now'>,
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
  const clash = isOther && staff ? await findClash(before, staff, now) : undefined;
  if (clash) return { ok: false, reason: 'busy', at: clash };
  const slots = isOther ? await markSlots(before, now) : [];
  const saved = await Resource.updateOne(asFound(before), {
    $set: { ...namesOf(form), byHand: { ...parsed.byHand, hidden: before.byHand.hidden } },
  });
  let late: Date | undefined;
  for (const slot of slots) for (const { at } of await settleSlot(slot, now)) late ??= at;
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

/** When somebody has another meeting while something is booked with it. */
async function findClash({ _id }: Handmade, staff: Types.ObjectId, now: Date): Promise<Date | undefined> {
  const booked = await Appointment.find(
    { resource: _id, state: { $in: LIVING_STATES }, to: { $gt: now } },
    { from: 1, to: 1 },
  ).lean();
  const days = new Set(booked.flatMap(({ from, to }) => utcDays(from, to)));
  const diaries = await Diary.find({
    _id: { $in: [...days].map((day) => `${staff.toHexString()}:${day}`) },
  }).lean();
  const own = new Set(booked.map((one) => one._id.toHexString()));
  const busy = diaries
    .flatMap((diary) => diary.busy)
    .filter(({ appointment }) => !own.has(String(appointment)));
  const met = busy.flatMap((entry) => {
    const at = booked.find(({ from, to }) => entry.from < to && from < entry.to)?.from;
    return at ? [{ at, appointment: entry.appointment }] : [];
  });
  if (met.length === 0) return undefined;
  const living = await Appointment.find(
    { _id: { $in: met.map(({ appointment }) => appointment) }, state: { $in: LIVING_STATES } },
    { _id: 1 },
  ).lean();
  return met.find(({ appointment }) => living.some((one) => one._id.equals(appointment)))?.at;
}

/** Notes on its slots to come that who sits there is changing. */
async function markSlots({ _id, account, event }: Handmade, now: Date): Promise<Types.ObjectId[]> {
  const scope = { resource: _id, account, event, to: { $gt: now } };
  await Slot.updateMany(scope, { $set: { unsettled: true } });
  return (await Slot.find(scope, { _id: 1 }).lean()).map((slot) => slot._id);
}
