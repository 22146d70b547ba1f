import { recordAudit } from '../audit/record-audit.js';
import { Event, type HandTicked } from '../models/event.js';
import type { Actor } from '../web/actor.js';

/** Marks a step toward opening as done, or removes the mark, for steps that only a person can judge. */
export async function checkStep(
  actor: Actor,
  event: Pick<Event, '_id'>,
  step: HandTicked,
  done: boolean,
  now: Date,
): Promise<void> {
  await Event.updateOne(
    { _id: event._id, account: actor.account },
    done ? { $addToSet: { checked: step } } : { $pull: { checked: step } },
  );
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: done ? 'tick step' : 'untick step',
    detail: { step },
    at: now,
  });
}
