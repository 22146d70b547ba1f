import type { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES, type Refusal } from '../models/appointment.js';
import type { Answer } from '../models/appointment-field.js';
import type { Class } from '../models/class.js';
import type { Event } from '../models/event.js';
import { Slot, type MeetingKind } from '../models/slot.js';
import { kindOf } from '../web/say-kind.js';
import { checkBooking, isOffered } from './check-booking.js';
import { giveUp, needsOf, type Held } from './hold-slot.js';
import { leavePlan } from './leave-plan.js';
import { mayCancel } from './policy.js';
import { isAnswered, mergeAnswers, questionsFor } from './read-answers.js';
import { finishAppointment } from './finish-appointment.js';
import { takeClaims } from './take-claims.js';

export interface Confirmation {
  event: Event;
  appointment: Types.ObjectId;
  household: Types.ObjectId;
  user: Types.ObjectId;
  by: 'household' | 'school';
  note: string;
  /** How they want to meet, where the slot leaves it open. */
  kind?: MeetingKind;
  /** Absent: nothing was asked, and what is answered already stays. */
  answers?: Answer[];
}

/**
 * Books what is on hold: rules and claims are gone through once more, then one update on condition that the hold still stands
 * decides. Nothing else makes an appointment real. Confirming what is booked already is success.
 */
export async function confirmAppointment(deps: Deps, ask: Confirmation): Promise<Held> {
  const pending = await Appointment.findOne({
    _id: ask.appointment,
    event: ask.event._id,
    household: ask.household,
  }).lean();
  if (!pending) return { ok: false, reason: 'hold ended' };
  if (LIVING_STATES.includes(pending.state)) return { ok: true, appointment: pending };
  if (pending.state !== 'pending') return { ok: false, reason: 'hold ended' };

  const asked = questionsFor(ask.event, ask.by);
  // Of a family alone: what the office takes down for a caller may lack something.
  if (ask.by === 'household' && !isAnswered(asked, ask.answers ?? []))
    return { ok: false, reason: 'not answered' };

  // Booked alone, it is none of its plan's any more.
  if (pending.plan && !(await leavePlan(pending.plan, pending._id))) return confirmAppointment(deps, ask);
  const held = await checkHeld(deps, ask, pending);
  return held.ok ? book(deps, ask, pending, held.agreed) : giveUp(deps, pending, held.reason);
}

/** What a hold is booked with. */
export interface Agreed {
  class?: Class['_id'];
  kind: MeetingKind;
}

/** Whether what is on hold may be booked still, by the rules and by what it has taken; what it lacks is taken. */
export async function checkHeld(
  deps: Deps,
  ask: Pick<Confirmation, 'event' | 'household' | 'by' | 'kind'>,
  pending: Appointment,
): Promise<{ ok: true; agreed: Agreed } | { ok: false; reason: Refusal }> {
  const wish = { ...ask, slot: pending.slot, students: pending.students, over: pending.override?.rules };
  const checked = await checkBooking(wish, deps.now());
  if (!checked.ok) return checked;
  const moved = +checked.slot.from !== +pending.from || +checked.slot.to !== +pending.to;
  if (moved) return { ok: false, reason: 'not here' };
  if (!(await mayStillChange(ask, pending, deps.now()))) return { ok: false, reason: 'too late to change' };
  const taken = await takeClaims(deps, pending, needsOf(wish, checked, pending));
  if (!taken.ok) return taken;
  // Last thing before: whoever removes a slot hides it first and looks for appointments then.
  const slot = await Slot.findById(pending.slot, { state: 1, kind: 1 }).lean();
  if (!slot || !isOffered(slot, ask.by)) return { ok: false, reason: 'not offered' };
  const kind = kindOf(slot, ask.kind ? { kind: ask.kind } : pending);
  return { ok: true, agreed: { ...(checked.class ? { class: checked.class._id } : {}), kind } };
}

/** The time until which the replaced one may be changed can end while the new one is on hold. */
async function mayStillChange(
  ask: Pick<Confirmation, 'event' | 'by'>,
  { replaces }: Appointment,
  now: Date,
): Promise<boolean> {
  if (!replaces) return true;
  const old = await Appointment.findOne({ _id: replaces, state: { $in: LIVING_STATES } }, { from: 1 }).lean();
  return !old || mayCancel(ask.event, old.from, now, ask.by);
}

async function book(deps: Deps, ask: Confirmation, pending: Appointment, agreed: Agreed): Promise<Held> {
  const now = deps.now();
  const before = pending.answers ?? [];
  const answers = ask.answers ? mergeAnswers(before, ask.answers, questionsFor(ask.event, ask.by)) : before;
  const booked = await Appointment.findOneAndUpdate(
    { _id: pending._id, state: 'pending', expiresAt: { $gt: now } },
    {
      // The class that was gone through now: the student may have changed classes while it was on hold.
      $set: { state: 'booked', ...agreed, bookedAt: now, note: ask.note, answers, unfinished: true },
      $unset: { expiresAt: 1, plan: 1 },
    },
    { returnDocument: 'after' },
  ).lean();
  if (!booked) return giveUp(deps, pending, 'hold ended');
  await recordAudit({
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
  await finishAppointment(deps, booked._id);
  return { ok: true, appointment: booked };
}
