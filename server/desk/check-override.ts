import type { Types } from 'mongoose';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import type { Overridable, Override, Refusal } from '../models/refusal.js';
import type { Slot } from '../models/slot.js';
import type { Actor } from '../web/actor.js';
import { forbidden } from '../web/errors.js';
import { timeOfDay } from '../web/format-time.js';
import { countOf } from '../web/format-count.js';
import type { PlacedEvent } from '../web/place.js';
import type { SeenEvent } from './find-meeting.js';
import { nameSeen } from './name-seen.js';
import { isOverridable, mayOverride } from './policy.js';
import type { OverrideForm } from './schema.js';

/**
 * The rules that a form sets aside; undefined for none.
 * @throws 403 if the actor may not
 */
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

/** What caused a refusal at the desk. */
export interface Refused {
  /** It is a rule, which can be set aside, and not a fact. */
  rule?: Overridable;
  /** The family's other appointment, as a sentence; '' if none is in the way. */
  clash: string;
}

/** That a family is somewhere else is a fact; that the way from there is too short is a rule. */
export async function checkRefusal(
  event: SeenEvent,
  {
    refusal,
    over,
    slot,
    household,
    goer,
    replaces,
  }: {
    refusal: Refusal;
    over: readonly Overridable[];
    slot: Pick<Slot, 'from' | 'to'>;
    household?: Types.ObjectId | undefined;
    /** Where an adult goes alone, another one's own appointments are not in the way. */
    goer?: Types.ObjectId | undefined;
    /** An appointment that is to be moved is not in the way. */
    replaces?: Pick<Appointment, '_id'> | undefined;
  },
): Promise<Refused> {
  const rule = isOverridable(refusal, over) ? refusal : undefined;
  if (refusal !== 'household busy' || !household) return { ...(rule ? { rule } : {}), clash: '' };
  const gap = event.booking.gapMinutes;
  const around = await Appointment.find({
    ...(replaces ? { _id: { $ne: replaces._id } } : {}),
    household,
    ...(goer ? { goer: { $in: [null, goer] } } : {}),
    state: { $in: ['pending', ...LIVING_STATES] },
    from: { $lt: new Date(slot.to.getTime() + gap * 60_000), $gt: new Date(slot.from.getTime() - DAY_MS) },
    to: { $gt: new Date(slot.from.getTime() - gap * 60_000) },
  })
    .sort({ from: 1 })
    .limit(MOST_AROUND)
    .lean();
  const overlap = around.find((one) => one.from < slot.to && slot.from < one.to);
  const near = overlap ?? around[0];
  if (!near) return { clash: '' };
  const meeting = (await nameSeen(event, [near])).get(String(near._id));
  const what = meeting ? `meet ${meeting.teacher} about ${meeting.children}` : 'have another appointment';
  const said = `At ${timeOfDay(near.from, event)} they ${what}.`;
  if (overlap || gap === 0) return { clash: said };
  return {
    ...(rule ? { rule } : {}),
    clash: `${said} This event asks for ${countOf(gap, 'minute', 'minutes')} between two appointments.`,
  };
}

/** Longer than any slot. */
const DAY_MS = 24 * 3600_000;
/** More appointments than a family has near one slot. */
const MOST_AROUND = 50;
