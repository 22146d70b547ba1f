import { recordAudit } from '../audit/record-audit.js';
import type { Deps } from '../deps.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import type { Event } from '../models/event.js';
import { Rehearsal, type RehearsalPlan } from '../models/rehearsal.js';
import type { Actor } from '../web/actor.js';
import { earlyOpening } from '../booking/open-early.js';
import { bookingState } from '../web/booking-state.js';
import { findBusy, type Busy } from './find-busy.js';
import { minutesOf, SPARE_MS } from './policy.js';

export type WhyNot = Busy | 'open' | 'over' | 'another';
export type Started = { ok: true; rehearsal: Rehearsal['_id'] } | { ok: false; reason: WhyNot };

/** Why the event cannot be rehearsed at this moment; undefined if it can. */
export async function findWhyNot(
  event: Event,
  now: Date,
  plan: Pick<RehearsalPlan, 'firstMinutes' | 'restMinutes' | 'pace'>,
): Promise<WhyNot | undefined> {
  const state = bookingState(event, now);
  const early = earlyOpening(event);
  if (state === 'open' || (state === 'before' && early && early.at <= now)) return 'open';
  if (state === 'over' || state === 'archived') return 'over';
  const busy = await findBusy(now, minutesOf(plan) * 60_000 + SPARE_MS);
  return busy ?? ((await Rehearsal.exists({ open: true })) ? 'another' : undefined);
}

/** Queues a rehearsal of an event's opening. The installation has one rehearsal at a time. */
export async function startRehearsal(
  deps: Deps,
  actor: Actor,
  event: Event,
  plan: RehearsalPlan,
): Promise<Started> {
  const now = deps.now();
  const reason = await findWhyNot(event, now, plan);
  if (reason) return { ok: false, reason };
  const { _id, account } = event;
  try {
    const made = await Rehearsal.create({
      ...{ account, event: _id, by: actor.user, createdAt: now, plan, state: 'waiting', open: true },
    });
    await recordAudit({
      ...{ account, event: _id, user: actor.user, at: now, targets: [made._id] },
      action: 'rehearse opening',
      detail: { families: plan.families },
    });
    await deps.queue.add('rehearse', made._id.toHexString());
    return { ok: true, rehearsal: made._id };
  } catch (error) {
    if (!isDuplicateKey(error)) throw error;
    return { ok: false, reason: 'another' };
  }
}
