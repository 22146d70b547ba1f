import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import type { Override } from '../models/refusal.js';
import type { Bookable, Wish } from './check-booking.js';
import { HOLD_MS } from './policy.js';

/** What somebody asks to have put on hold. */
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
