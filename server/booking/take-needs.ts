import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import type { Refusal } from '../models/refusal.js';
import type { Event } from '../models/event.js';
import type { Bookable } from './check-booking.js';
import { changeInterpreter } from './choose-interpreter.js';
import { diaryOf } from './find-interpreter.js';
import { planNeeds, type Need } from '../claims/plan-needs.js';
import { takeClaims } from '../claims/take-claims.js';
import type { Interpreter } from '../models/interpreter.js';

/** How often another interpreter is chosen because the first was taken at the same moment. */
const TRIES = 5;

interface Asked {
  event: Event;
  students: Types.ObjectId[];
  household: Types.ObjectId;
}

/** Everything that a hold takes, by the facts that were checked for it. */
export function needsOf(
  request: Asked,
  bookable: Bookable,
  { replaces, override }: Pick<Appointment, 'replaces' | 'override'>,
  interpreter?: Interpreter,
): Need[] {
  // The checked adult, which is not always the one that was asked for.
  return planNeeds({
    ...request,
    goer: undefined,
    ...bookable,
    ...(interpreter ? { interpreter: diaryOf(interpreter) } : {}),
    ...(replaces ? { replaces } : {}),
    over: override?.rules,
  });
}

/**
 * Takes what a stored hold needs, an interpreter included.
 * @returns the hold afterwards
 */
export async function takeNeeds(
  deps: Deps,
  request: Asked,
  bookable: Bookable,
  hold: Appointment,
): Promise<{ ok: true; hold: Appointment } | { ok: false; reason: Refusal }> {
  let me = hold;
  for (let tries = 1; ; tries++) {
    const over = me.override?.rules;
    const chosen = await changeInterpreter(request.event, bookable, me, { now: deps.now(), over });
    if (!chosen.ok) return chosen;
    me = chosen.me;
    const taken = await takeClaims(deps, me, needsOf(request, bookable, me, chosen.interpreter));
    if (taken.ok) return { ok: true, hold: me };
    if (taken.reason !== 'interpreter busy' || tries >= TRIES) return taken;
  }
}
