import type { Types } from 'mongoose';
import { withNames } from '../booking/queries.js';
import {
  Appointment,
  LIVING_STATES,
  type Overridable,
  type Override,
  type Refusal,
} from '../models/appointment.js';
import type { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { forbidden } from '../web/errors.js';
import { timeOfDay } from '../web/format-time.js';
import { countOf } from '../web/format-count.js';
import type { PlacedEvent } from '../web/place.js';
import { isOverridable, mayOverride } from './policy.js';
import type { OverrideForm } from './schema.js';

/** What a form sets aside; undefined for nothing. @throws 403 for whoever may not */
export function readOverride(
  actor: Actor,
  event: PlacedEvent,
  { rules, reason }: OverrideForm,
  now: Date,
): Override | undefined {
  if (rules.length === 0) return undefined;
  if (!mayOverride(actor, event)) throw forbidden();
  return { rules, reason, by: actor.user, at: now };
}

/** What stands behind a refusal at the desk. */
export interface Refused {
  /** A rule, which can be set aside, and no fact. */
  rule?: Overridable;
  /** The family's other appointment, as a sentence; '' where none is in the way. */
  clash: string;
}

/** A family that is somewhere else is a fact; too short a way from there is a rule. */
export async function checkRefusal(
  event: PlacedEvent,
  {
    refusal,
    over,
    slot,
    household,
  }: {
    refusal: Refusal;
    over: readonly Overridable[];
    slot: Pick<Slot, 'from' | 'to'>;
    household?: Types.ObjectId | undefined;
  },
): Promise<Refused> {
  const rule = isOverridable(refusal, over) ? refusal : undefined;
  if (refusal !== 'household busy' || !household) return { ...(rule ? { rule } : {}), clash: '' };
  const gap = event.booking.gapMinutes;
  const [near] = await Appointment.find({
    household,
    state: { $in: ['pending', ...LIVING_STATES] },
    from: { $lt: new Date(slot.to.getTime() + gap * 60_000), $gt: new Date(slot.from.getTime() - DAY_MS) },
    to: { $gt: new Date(slot.from.getTime() - gap * 60_000) },
  })
    .sort({ from: 1 })
    .limit(1)
    .lean();
  const [meeting] = near ? await withNames([near], event) : [];
  const overlaps = near && near.from < slot.to && slot.from < near.to;
  const said = meeting
    ? `At ${timeOfDay(meeting.from, event)} they meet ${meeting.teacher} about ${meeting.children}.`
    : '';
  if (!meeting || overlaps || gap === 0) return { clash: said };
  return {
    ...(rule ? { rule } : {}),
    clash: `${said} This event asks for ${countOf(gap, 'minute', 'minutes')} between two appointments.`,
  };
}

/** A slot is shorter than that. */
const DAY_MS = 24 * 3600_000;
