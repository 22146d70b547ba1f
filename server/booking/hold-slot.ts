import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import { slotsOf } from '../models/appointment-slots.js';
import { writesTo, writeTogether } from '../models/write-together.js';
import { checkBooking, readAbout, type About, type Bookable } from './check-booking.js';
import { buildHold, type HoldRequest } from './build-hold.js';
import { checkReplaced } from './check-replaced.js';
import { endHold } from '../claims/check-holder.js';
import { mostInARow } from '../claims/find-following.js';
import { chooseInterpreter } from './choose-interpreter.js';
import type { Need } from '../claims/plan-needs.js';
import { leaveSpare, resizeHold } from '../claims/change-length.js';
import { findSame, isSameAs } from './find-same.js';
import { countedHolds, MOST_HOLDS } from './policy.js';
import { finishAppointment } from './finish-appointment.js';
import { leaveFormer } from '../claims/leave-times.js';
import { isSure, planWrites, takingOf } from '../claims/take-claims.js';
import { needsOf, takeNeeds } from './take-needs.js';

export type Held =
  | { ok: true; appointment: Appointment }
  /** `kept`: only the length is refused, and the first slot stays on hold. */
  | { ok: false; reason: Refusal; kept?: Appointment };

/** Keeps a slot for a household for some minutes. A repeated request gets the first one's answer. `confirmAppointment` books. */
export async function holdSlot(deps: Deps, request: HoldRequest): Promise<Held> {
  return (await holdOnce(deps, request)).held;
}

/**
 * The students of the same request when it was sent before; undefined if it was not. A second request for siblings would find other
 * students, because the first ones are on hold already.
 */
export async function studentsBefore({
  household,
  key,
  slot,
}: Pick<HoldRequest, 'household' | 'key' | 'slot'>): Promise<Types.ObjectId[] | undefined> {
  const start = [household, key, slot].join(':');
  // All keys with this start: ';' follows ':' in the order of bytes.
  const found = await Appointment.findOne(
    { byKey: { $gt: `${start}:`, $lt: `${start};` } },
    { students: 1 },
  ).lean();
  return found?.students;
}

/**
 * The same, with the facts that were found if this call made the hold or was refused: `about` is all that was read.
 * @param isBookedNow whether it is booked at once; it does not count among the login's holds then
 */
export async function holdOnce(
  deps: Deps,
  request: HoldRequest,
  isBookedNow: (found: Bookable) => boolean = () => false,
): Promise<{ held: Held; found?: Bookable; about?: About }> {
  const byKey = [request.household, request.key, request.slot, ...request.students].join(':');
  const about = await readAbout(request, byKey);
  if (about.before) return { held: await holdAgain(deps, request, about.before) };

  const checked = await checkBooking({ ...request, over: request.override?.rules }, deps.now(), about);
  if (!checked.ok) return { held: checked };
  const replaced = await checkReplaced(request, checked.slot, deps.now());
  if (!replaced.ok) return { held: replaced };
  const chosen = await chooseFirst(
    deps,
    request,
    checked,
    buildHold(deps, request, { ...checked, old: replaced.old }, byKey),
    replaced.old,
  );
  if (!chosen.ok) {
    // The only interpreter may be at this very meeting.
    const same = await findSame(request, deps.now());
    return same ? { held: { ok: true, appointment: same } } : { held: chosen, found: checked, about };
  }
  const { me: draft } = chosen;
  const held = await insert(
    deps,
    request,
    checked,
    draft,
    needsOf(request, checked, draft, chosen.interpreter),
    isBookedNow(checked),
  );
  if (!held.ok) return { held, found: checked, about };
  const { appointment } = held;
  if (!appointment._id.equals(draft._id)) return { held };
  if (!isBookedNow(checked) && (await isOneTooMany(request, appointment, deps.now())))
    return { held: await giveUp(deps, appointment, 'too many holds') };
  return replaced.old?.more
    ? { held: await keepLength(deps, request, appointment, replaced.old) }
    : { held, found: checked, about };
}

/** Whether a slot could be put on hold; nothing is held. */
export async function mayHold(
  deps: Deps,
  request: HoldRequest,
): Promise<{ ok: true } | { ok: false; reason: Refusal }> {
  const checked = await checkBooking({ ...request, over: request.override?.rules }, deps.now());
  if (!checked.ok) return checked;
  const draft = buildHold(deps, request, { ...checked, old: undefined }, request.key);
  const chosen = await chooseFirst(deps, request, checked, draft);
  if (!chosen.ok) return chosen;
  const needs = needsOf(request, checked, draft, chosen.interpreter);
  const planned = await planWrites(draft, needs, deps.now());
  return planned.ok ? { ok: true } : planned;
}

/** Chooses who interprets a hold that is not stored yet. */
function chooseFirst(
  deps: Deps,
  { event, override }: HoldRequest,
  checked: Bookable,
  draft: Appointment,
  old?: Appointment,
) {
  const over = override?.rules ?? [];
  return chooseInterpreter(event, checked, draft, { now: deps.now(), before: old?.interpreter, over });
}

/** Makes the hold that replaces a longer meeting as long as that one, or as long as possible. */
async function keepLength(
  deps: Deps,
  request: HoldRequest,
  hold: Appointment,
  old: Appointment,
): Promise<Held> {
  for (let inARow = Math.min(slotsOf(old).length, mostInARow(request.event)); inARow > 1; inARow--) {
    const resized = await resizeHold(request.event, hold, inARow, request.by);
    // The hold has the new length; `holdAgain` shortens it where that is refused.
    if (resized.ok) return holdAgain(deps, request, resized.hold);
  }
  return { ok: true, appointment: hold };
}

/** Whether the login has too many holds. Counted after the insert, so that requests at once cannot pass the maximum together. */
async function isOneTooMany(request: HoldRequest, { _id }: Appointment, now: Date): Promise<boolean> {
  if (request.by !== 'household' || request.plan || request.offer || request.draw) return false;
  const before = await Appointment.countDocuments({
    ...countedHolds(request, now),
    _id: { $lt: _id },
  });
  return before >= MOST_HOLDS;
}

/** Inserts the hold with what it takes. What is refused is stored too, so that a repeated request gets the same answer. */
async function insert(
  deps: Deps,
  request: HoldRequest,
  checked: Bookable,
  draft: Appointment,
  needs: Need[],
  isNow: boolean,
): Promise<Held> {
  const isTheSame = isSameAs(request, isNow, deps.now());
  let planned = await planWrites(draft, needs, deps.now(), isTheSame);
  if (!planned.ok && planned.same) {
    const same = await Appointment.findById(planned.same).lean();
    if (same && isTheSame(same)) return holdAgain(deps, request, same);
    planned = await planWrites(draft, needs, deps.now());
  }
  // This interpreter was just taken; another one may be free.
  const mayChoose = !planned.ok && planned.reason === 'interpreter busy';
  const made: Appointment =
    planned.ok || mayChoose ? draft : Object.assign(draft, { state: 'expired', refused: planned.reason });
  const rest = planned.ok && isSure(planned) ? takingOf(planned) : [];
  const writes = [...writesTo<Appointment>(Appointment, [{ insertOne: { document: made } }]), ...rest];
  const { changed, refused } = await writeTogether(writes);
  if (refused === 0) {
    // The same request twice at once: both continue with the one appointment.
    const twin = await Appointment.findOne({ byKey: draft.byKey }).lean();
    if (!twin) throw new Error('An appointment is refused for its key, and there is none of that key.');
    return holdAgain(deps, request, twin);
  }
  if (!planned.ok && !mayChoose) return { ok: false, reason: planned.reason };
  const isTaken = rest.length > 0 && changed === writes.length;
  return isTaken ? { ok: true, appointment: made } : takeAll(deps, request, checked, made);
}

/**
 * Answers a repeated request, and continues where the first one broke off. A hold that cannot be so long is shortened slot by slot; it ends
 * only if its first slot is refused.
 */
async function holdAgain(deps: Deps, request: HoldRequest, before: Appointment): Promise<Held> {
  if (LIVING_STATES.includes(before.state)) return { ok: true, appointment: before };
  if (before.state !== 'pending') return refusedBefore(before);
  const taken = await takeAgain(deps, request, before);
  if (taken.ok) return { ok: true, appointment: taken.hold };
  const shorter = slotsOf(before).length - 1;
  const resized = shorter > 0 && (await resizeHold(request.event, before, shorter, request.by));
  return resized && resized.ok ? holdAgain(deps, request, resized.hold) : giveUp(deps, before, taken.reason);
}

/** Whether a hold can stand in its full length. */
async function takeAgain(
  deps: Deps,
  request: HoldRequest,
  hold: Appointment,
): Promise<{ ok: true; hold: Appointment } | { ok: false; reason: Refusal }> {
  const wish = { ...request, more: hold.more, over: hold.override?.rules };
  const checked = await checkBooking(wish, deps.now());
  return checked.ok ? takeNeeds(deps, request, checked, hold) : checked;
}

async function takeAll(
  deps: Deps,
  request: HoldRequest,
  checked: Bookable,
  appointment: Appointment,
): Promise<Held> {
  const taken = await takeNeeds(deps, request, checked, appointment);
  return taken.ok ? { ok: true, appointment: taken.hold } : giveUp(deps, appointment, taken.reason);
}

/** Ends the hold before releasing what it took, so that nothing is freed that another request has booked meanwhile. */
export async function giveUp(deps: Deps, appointment: Appointment, reason: Refusal): Promise<Held> {
  const ended = await endHold(appointment._id, reason);
  const found = await Appointment.findById(appointment._id).lean();
  if (found && LIVING_STATES.includes(found.state)) {
    if (found.resized) await leaveSpare(found, deps.now());
    await leaveFormer(found, appointment, deps.now());
    return { ok: true, appointment: found };
  }
  await finishAppointment(deps, appointment._id);
  return ended || !found ? { ok: false, reason } : refusedBefore(found);
}

function refusedBefore(found: Appointment): { ok: false; reason: Refusal } {
  return { ok: false, reason: found.refused ?? 'hold ended' };
}
