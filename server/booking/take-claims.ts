import type { Deps } from '../deps.js';
import type { Appointment } from '../models/appointment.js';
import { enterDiary } from './enter-diary.js';
import type { Need } from './plan-needs.js';
import type { Refusal } from './refuse-booking.js';
import { takeCount } from './take-count.js';

/**
 * Takes what a pending appointment needs, in order, and stops at the first thing that is gone. Taking again what it has already is
 * success, because a write may land and still answer with an error. Whoever is refused ends the appointment, then releases.
 */
export async function takeClaims(
  deps: Deps,
  me: Appointment,
  needs: Need[],
): Promise<{ ok: true } | { ok: false; reason: Refusal }> {
  if (deps.trial?.withoutClaims) return { ok: true };
  for (const need of needs) {
    const taken =
      need.kind === 'counted' ? await takeCount(me, need, deps.now) : await enterDiary(me, need, deps.now);
    if (!taken) return { ok: false, reason: need.refusal };
  }
  return { ok: true };
}
