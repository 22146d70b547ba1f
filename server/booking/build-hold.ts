import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import type { Override } from '../models/refusal.js';
import type { Bookable, Wish } from './check-booking.js';
import { HOLD_MS } from './policy.js';

/** What somebody asks to have put on hold. */
export interface HoldRequest extends Omit<Wish, 'over'> {
  user: Types.ObjectId;
  /** The idempotency key: the same for every repetition of one request, such as a form's. */
  key: string;
  /** The booked appointment of the same household that this one replaces. */
  replaces?: Types.ObjectId;
  /** Rules that are set aside. The caller has checked that the user may do that. */
  override?: Override | undefined;
  /** What was typed for the hold that this one replaces. */
  typed?: Record<string, string>;
  /** The plan that it belongs to. The plan names the appointment already. */
  plan?: { _id: Types.ObjectId; appointment: Types.ObjectId };
  /** The waitlist entry that the time is offered to, and until when. The entry names the appointment already. */
  offer?: { _id: Types.ObjectId; appointment: Types.ObjectId; until: Date };
}

/**
 * An appointment on hold, as it is stored. What replaces another keeps its place in the family's calendar and what was answered.
 * @param old the appointment that it replaces
 */
export function buildHold(
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
    ...(old?.answers ? { answers: old.answers } : {}),
    ...(old?.kind ? { kind: old.kind } : {}),
    ...(old?.reminded ? { reminded: old.reminded } : {}),
    ...(request.typed ? { typed: request.typed } : {}),
    ...(request.override ? { override: request.override } : {}),
    createdAt: now,
  };
}
