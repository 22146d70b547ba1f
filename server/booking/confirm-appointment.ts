import type { Types } from 'mongoose';
import { auditWrite } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import type { Answer } from '../models/appointment-field.js';
import { slotsOf } from '../models/appointment-slots.js';
import { asRead } from '../models/as-read.js';
import type { Class } from '../models/class.js';
import type { Event } from '../models/event.js';
import { Slot, type MeetingKind } from '../models/slot.js';
import { kindOf } from '../web/say-kind.js';
import { checkBooking, type Bookable } from './check-booking.js';
import { isOffered } from '../claims/find-following.js';
import { giveUp, type Held } from './hold-slot.js';
import { leavePlan } from '../claims/leave-plan.js';
import { mayCancel, UNDO_MS } from './policy.js';
import { isAnswered, mergeAnswers, questionsFor } from './read-answers.js';
import { finishFound } from './finish-appointment.js';
import { resizeHold } from '../claims/change-length.js';
import { takeNeeds } from './take-needs.js';

export interface Confirmation {
  event: Event;
  appointment: Types.ObjectId;
  household: Types.ObjectId;
  user: Types.ObjectId;
  by: 'household' | 'school';
  note: string;
  /** How they want to meet, where the slot leaves that open. */
  kind?: MeetingKind;
  /** Absent: nothing was asked, and earlier answers stay. */
  answers?: Answer[];
  /** Whether one press books it; it can then be undone for some minutes. */
  isAtOnce?: boolean;
  /** For how many slots in a row. Absent: for as many as are on hold. */
  inARow?: number | undefined;
}

/** Refusals that may concern the length alone: a shorter meeting can still be booked. */
const OF_LENGTH: Refusal[] = ['too long', 'next taken', 'teacher busy', 'household busy', 'interpreter busy'];

/** How often a booking begins again because somebody changed the hold's length at the same time. */
const TRIES = 5;

/**
 * Books what is on hold. Rules and claims are checked once more; then one update decides, on condition that the hold still stands. Nothing
 * else makes an appointment real. Confirming a booked appointment succeeds.
 */
export async function confirmAppointment(deps: Deps, ask: Confirmation, tries = TRIES): Promise<Held> {
  const found = await Appointment.findOne({
    _id: ask.appointment,
    event: ask.event._id,
    household: ask.household,
  }).lean();
  if (!found) return { ok: false, reason: 'hold ended' };
  if (LIVING_STATES.includes(found.state)) return { ok: true, appointment: found };
  if (found.state !== 'pending') return { ok: false, reason: 'hold ended' };

  const asked = questionsFor(ask.event, ask.by);
  // Only a family must answer: the office may take down an incomplete answer by phone, and a draw asks nobody.
  if (ask.by === 'household' && !found.draw && !isAnswered(asked, ask.answers ?? []))
    return { ok: false, reason: 'not answered' };

  // A hold that is booked alone leaves its plan.
  if (found.plan && !(await leavePlan(found.plan, found._id))) return confirmAppointment(deps, ask, tries);
  const resized = await resizeHold(ask.event, found, ask.inARow ?? slotsOf(found).length, ask.by);
  if (!resized.ok) return { ...resized, kept: found };
  const pending = resized.hold;

  const checked = await checkRules(deps, ask, pending);
  if (!checked.ok) return refuse(deps, ask, pending, checked.reason);
  return bookHeld(deps, ask, checked.hold, checked, tries);
}

type Asked = Pick<Confirmation, 'event' | 'household' | 'by' | 'kind'>;
interface Refused {
  ok: false;
  reason: Refusal;
}

/** What a hold is booked with. */
export interface Agreed {
  class?: Class['_id'];
  kind: MeetingKind;
}

/** Checks by rules and claims whether a hold may still be booked, and with what. */
export async function checkHeld(
  deps: Deps,
  ask: Asked,
  pending: Appointment,
): Promise<{ ok: true; agreed: Agreed } | Refused> {
  const checked = await checkRules(deps, ask, pending);
  return checked.ok ? checkSlots(ask, pending, checked) : checked;
}

async function checkRules(
  deps: Deps,
  ask: Asked,
  pending: Appointment,
): Promise<({ ok: true; hold: Appointment } & Pick<Bookable, 'class'>) | Refused> {
  const { slot: first, more, students, override, draw, goer } = pending;
  const wish = { ...ask, slot: first, more, students, draw, goer, over: override?.rules };
  const checked = await checkBooking(wish, deps.now());
  if (!checked.ok) return checked;
  const { to } = checked.more.at(-1) ?? checked.slot;
  const moved = +checked.slot.from !== +pending.from || +to !== +pending.to;
  if (moved) return { ok: false, reason: 'not here' };
  if (!(await mayStillChange(ask, pending, deps.now()))) return { ok: false, reason: 'too late to change' };
  const taken = await takeNeeds(deps, wish, checked, pending);
  return taken.ok ? { ...checked, hold: taken.hold } : taken;
}

/** Books a hold that has just been checked and asks nothing more. */
export async function bookHeld(
  deps: Deps,
  ask: Confirmation,
  pending: Appointment,
  checked: Pick<Bookable, 'class'>,
  tries = TRIES,
): Promise<Held> {
  const checkedSlots = await checkSlots(ask, pending, checked);
  if (!checkedSlots.ok) return refuse(deps, ask, pending, checkedSlots.reason);
  const booked = await book(deps, ask, pending, checkedSlots.agreed);
  if (booked) return { ok: true, appointment: booked };
  // Somebody changed its length at the same moment.
  if (tries > 0 && (await isStillHeld(pending, deps.now()))) return confirmAppointment(deps, ask, tries - 1);
  return giveUp(deps, pending, 'hold ended');
}

/** Comes last before the booking, because removing a slot hides it first and looks for appointments after that. */
async function checkSlots(
  ask: Asked,
  pending: Appointment,
  checked: Pick<Bookable, 'class'>,
): Promise<{ ok: true; agreed: Agreed } | Refused> {
  const slots = await Slot.find({ _id: { $in: slotsOf(pending) } }, { state: 1, kind: 1 }).lean();
  const slot = slots.find(({ _id }) => _id.equals(pending.slot));
  if (!slot || !isOffered(slot, ask.by)) return { ok: false, reason: 'not offered' };
  if (slots.filter((one) => isOffered(one, ask.by)).length < slotsOf(pending).length)
    return { ok: false, reason: 'next taken' };
  const kind = kindOf(slot, ask.kind ? { kind: ask.kind } : pending);
  return { ok: true, agreed: { ...(checked.class ? { class: checked.class._id } : {}), kind } };
}

/** Ends the hold. If only its length is refused, its first slot stays on hold. */
async function refuse(
  deps: Deps,
  { event, by }: Confirmation,
  pending: Appointment,
  reason: Refusal,
): Promise<Held> {
  if (!pending.more || !OF_LENGTH.includes(reason)) return giveUp(deps, pending, reason);
  const short = await resizeHold(event, pending, 1, by);
  return short.ok ? { ok: false, reason, kept: short.hold } : giveUp(deps, pending, reason);
}

async function isStillHeld({ _id }: Appointment, now: Date): Promise<boolean> {
  return (await Appointment.exists({ _id, state: 'pending', expiresAt: { $gt: now } })) !== null;
}

/** Whether the replaced appointment may still be changed: its deadline can pass while the new one is on hold. */
async function mayStillChange(
  ask: Pick<Confirmation, 'event' | 'by'>,
  { replaces }: Appointment,
  now: Date,
): Promise<boolean> {
  if (!replaces) return true;
  const old = await Appointment.findOne({ _id: replaces, state: { $in: LIVING_STATES } }, { from: 1 }).lean();
  return !old || mayCancel(ask.event, old.from, now, ask.by);
}

async function book(
  deps: Deps,
  ask: Confirmation,
  pending: Appointment,
  agreed: Agreed,
): Promise<Appointment | undefined> {
  const now = deps.now();
  const before = pending.answers ?? [];
  const moved = ask.by === 'school' ? await movedFrom(pending, now) : undefined;
  const answers = ask.answers ? mergeAnswers(before, ask.answers, questionsFor(ask.event, ask.by)) : before;
  const booked = await Appointment.findOneAndUpdate(
    {
      _id: pending._id,
      state: 'pending',
      expiresAt: { $gt: now },
      ...asRead({ more: pending.more, interpreter: pending.interpreter }),
    },
    {
      // The class that was just checked, as the student may have changed classes during the hold.
      $set: {
        ...{ state: 'booked', ...agreed, bookedAt: now, note: ask.note, answers, unfinished: true },
        ...(moved ? { moved } : {}),
        ...(ask.isAtOnce ? { undoUntil: new Date(now.getTime() + UNDO_MS) } : {}),
      },
      $unset: { expiresAt: 1, plan: 1, typed: 1 },
    },
    { returnDocument: 'after' },
  ).lean();
  if (!booked) return undefined;
  const audit = auditWrite({
    account: booked.account,
    event: booked.event,
    user: ask.user,
    action: booked.replaces ? 'change appointment' : 'book appointment',
    targets: [booked._id],
    detail: {
      by: ask.by,
      ...(booked.override ? { rules: booked.override.rules, reason: booked.override.reason } : {}),
    },
    at: now,
  });
  await finishFound(deps, booked, audit);
  return booked;
}

/** When and with whom the meeting was before the school moves it. */
async function movedFrom({ replaces, resource }: Appointment, at: Date): Promise<Appointment['moved']> {
  const old = replaces && (await Appointment.findById(replaces, { from: 1, to: 1, resource: 1 }).lean());
  if (!old) return undefined;
  return {
    from: old.from,
    to: old.to,
    at,
    ...(old.resource.equals(resource) ? {} : { resource: old.resource }),
  };
}
