import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES, type Override, type Refusal } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { writesTo, writeTogether } from '../models/write-together.js';
import { checkBooking, readAbout, type Bookable, type Wish } from './check-booking.js';
import { checkReplaced } from './check-replaced.js';
import { endHold } from '../claims/check-holder.js';
import { mostInARow } from '../claims/find-following.js';
import { chooseInterpreter } from './choose-interpreter.js';
import type { Need } from '../claims/plan-needs.js';
import { leaveSpare, resizeHold } from '../claims/change-length.js';
import { countedHolds, HOLD_MS, MOST_HOLDS } from './policy.js';
import { finishAppointment } from './finish-appointment.js';
import { isSure, planWrites, takingOf } from '../claims/take-claims.js';
import { needsOf, takeNeeds } from './take-needs.js';

export interface HoldRequest extends Omit<Wish, 'over'> {
  user: Types.ObjectId;
  /** The same for every repetition of one request, such as the form's. */
  key: string;
  /** The booked appointment of the same household that this one is to take the place of. */
  replaces?: Types.ObjectId;
  /** The caller has checked that whoever asks may set these rules aside. */
  override?: Override | undefined;
  /** What was typed for another hold that this one takes the place of. */
  typed?: Record<string, string>;
  /** It is one of a plan, which names the appointment already. */
  plan?: { _id: Types.ObjectId; appointment: Types.ObjectId };
  /** It is offered to an entry of a waitlist, which names the appointment already, until a moment. */
  offer?: { _id: Types.ObjectId; appointment: Types.ObjectId; until: Date };
}

export type Held =
  | { ok: true; appointment: Appointment }
  /** Kept where only its length is refused: its first slot stays on hold. */
  | { ok: false; reason: Refusal; kept?: Appointment };

/**
 * Keeps a slot for a household for some minutes (the first two steps of booking). A repeated request gets the answer of the first.
 * Nothing is booked before `confirmAppointment`.
 */
export async function holdSlot(deps: Deps, request: HoldRequest): Promise<Held> {
  return (await holdOnce(deps, request)).held;
}

/**
 * About whom a request was when it was sent before; undefined where it is the first. Who asks for siblings together finds others the
 * second time.
 */
export async function studentsBefore({
  household,
  key,
  slot,
}: Pick<HoldRequest, 'household' | 'key' | 'slot'>): Promise<Types.ObjectId[] | undefined> {
  const start = [household, key, slot].join(':');
  // All that goes on by a colon: the next character is a semicolon.
  const found = await Appointment.findOne(
    { byKey: { $gt: `${start}:`, $lt: `${start};` } },
    { students: 1 },
  ).lean();
  return found?.students;
}

/**
 * The same, with what was found of it where this call put it on hold, or was refused, just now.
 * @param isBookedNow whether it is booked at once, and so is none of the holds of which a login may have some
 */
export async function holdOnce(
  deps: Deps,
  request: HoldRequest,
  isBookedNow: (found: Bookable) => boolean = () => false,
): Promise<{ held: Held; found?: Bookable }> {
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
    draftOf(deps, request, { ...checked, old: replaced.old }, byKey),
    replaced.old,
  );
  if (!chosen.ok) return { held: chosen, found: checked };
  const { me: draft } = chosen;
  const held = await insert(
    deps,
    request,
    checked,
    draft,
    needsOf(request, checked, draft, chosen.interpreter),
  );
  if (!held.ok) return { held, found: checked };
  const { appointment } = held;
  if (!appointment._id.equals(draft._id)) return { held };
  if (!isBookedNow(checked) && (await isOneTooMany(request, appointment, deps.now())))
    return { held: await giveUp(deps, appointment, 'too many holds') };
  return replaced.old?.more
    ? { held: await keepLength(deps, request, appointment, replaced.old) }
    : { held, found: checked };
}

/** Whether a slot could be put on hold now; no hold is made. */
export async function mayHold(
  deps: Deps,
  request: HoldRequest,
): Promise<{ ok: true } | { ok: false; reason: Refusal }> {
  const checked = await checkBooking({ ...request, over: request.override?.rules }, deps.now());
  if (!checked.ok) return checked;
  const draft = draftOf(deps, request, { ...checked, old: undefined }, request.key);
  const chosen = await chooseFirst(deps, request, checked, draft);
  if (!chosen.ok) return chosen;
  const needs = needsOf(request, checked, draft, chosen.interpreter);
  const planned = await planWrites(draft, needs, deps.now());
  return planned.ok ? { ok: true } : planned;
}

/** Who interprets what is not stored yet. */
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

/** What replaces a longer meeting lasts as long as that one, or as long as it can. */
async function keepLength(
  deps: Deps,
  request: HoldRequest,
  hold: Appointment,
  old: Appointment,
): Promise<Held> {
  for (let inARow = Math.min(slotsOf(old).length, mostInARow(request.event)); inARow > 1; inARow--) {
    const resized = await resizeHold(request.event, hold, inARow, request.by);
    // The hold is that long now; where it cannot be, it is made shorter again.
    if (resized.ok) return holdAgain(deps, request, resized.hold);
  }
  return { ok: true, appointment: hold };
}

/** Looked for after it was written, so that many at once are no more than many one after another. */
async function isOneTooMany(request: HoldRequest, { _id }: Appointment, now: Date): Promise<boolean> {
  if (request.by !== 'household' || request.plan || request.offer || request.draw) return false;
  const before = await Appointment.countDocuments({
    ...countedHolds(request, now),
    _id: { $lt: _id },
  });
  return before >= MOST_HOLDS;
}

function draftOf(
  deps: Deps,
  request: HoldRequest,
  { slot, class: held, goer, old }: Bookable & { old: Appointment | undefined },
  byKey: string,
): Appointment {
  const now = deps.now();
  return {
    _id: (request.plan ?? request.offer)?.appointment ?? new Types.ObjectId(),
    ...(request.plan ? { plan: request.plan._id } : {}),
    ...(request.draw ? { draw: request.draw } : {}),
    ...(request.offer ? { offer: request.offer._id } : {}),
    account: request.event.account,
    event: request.event._id,
    slot: slot._id,
    resource: slot.resource,
    ...(slot.with?.length ? { with: slot.with } : {}),
    household: request.household,
    bookedBy: request.user,
    ...(goer ? { goer } : {}),
    students: request.students,
    ...(held ? { class: held._id } : {}),
    state: 'pending',
    from: slot.from,
    to: slot.to,
    byKey,
    expiresAt: request.offer?.until ?? new Date(now.getTime() + HOLD_MS),
    ...(old
      ? {
          replaces: old._id,
          entry: { first: old.entry?.first ?? old._id, changes: (old.entry?.changes ?? 0) + 1 },
        }
      : {}),
    note: old?.note ?? '',
    // What was answered stays when the time is changed.
    ...(old?.answers ? { answers: old.answers } : {}),
    ...(old?.kind ? { kind: old.kind } : {}),
    ...(old?.reminded ? { reminded: old.reminded } : {}),
    ...(request.typed ? { typed: request.typed } : {}),
    ...(request.override ? { override: request.override } : {}),
    createdAt: now,
  };
}

/**
 * Inserts it with what it takes. What lives and is in its way is seen before: then it is kept as refused, so that a repeated request
 * hears the same, and never holds anything.
 */
async function insert(
  deps: Deps,
  request: HoldRequest,
  checked: Bookable,
  draft: Appointment,
  needs: Need[],
): Promise<Held> {
  const planned = await planWrites(draft, needs, deps.now());
  // Taken at this moment: somebody else may interpret.
  const mayChoose = !planned.ok && planned.reason === 'interpreter busy';
  const made: Appointment =
    planned.ok || mayChoose ? draft : Object.assign(draft, { state: 'expired', refused: planned.reason });
  const rest = planned.ok && isSure(planned) ? takingOf(planned) : [];
  const writes = [...writesTo<Appointment>(Appointment, [{ insertOne: { document: made } }]), ...rest];
  const { changed, refused } = await writeTogether(writes);
  if (refused === 0) {
    // The same request, twice at once: both go on with the one appointment.
    const twin = await Appointment.findOne({ byKey: draft.byKey }).lean();
    if (!twin) throw new Error('An appointment is refused for its key, and there is none of that key.');
    return holdAgain(deps, request, twin);
  }
  if (!planned.ok && !mayChoose) return { ok: false, reason: planned.reason };
  const isTaken = rest.length > 0 && changed === writes.length;
  return isTaken ? { ok: true, appointment: made } : takeAll(deps, request, checked, made);
}

/**
 * What a request that was made before is told now; it goes on where that one may have broken off. A hold that cannot be so long is made
 * shorter, slot by slot: it ends only where its first slot is refused.
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

/** Whether what is on hold can be, as long as it is. */
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

/** Ends the hold first and releases then, so that nothing is freed of what another request has booked meanwhile. */
export async function giveUp(deps: Deps, appointment: Appointment, reason: Refusal): Promise<Held> {
  const ended = await endHold(appointment._id, reason);
  const found = await Appointment.findById(appointment._id).lean();
  if (found && LIVING_STATES.includes(found.state)) {
    if (found.resized) await leaveSpare(found, deps.now());
    return { ok: true, appointment: found };
  }
  await finishAppointment(deps, appointment._id);
  return ended || !found ? { ok: false, reason } : refusedBefore(found);
}

function refusedBefore(found: Appointment): { ok: false; reason: Refusal } {
  return { ok: false, reason: found.refused ?? 'hold ended' };
}
