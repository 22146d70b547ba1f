import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import type { AppointmentField } from '../../models/appointment-field.js';
import { asRead } from '../../models/as-read.js';
import { Event } from '../../models/event.js';
import type { Actor } from '../../web/actor.js';

/**
 * Saves all questions. Earlier answers stay with their appointments.
 * @param event as it was read; false if somebody has changed its questions since
 */
export async function saveQuestions(
  actor: Actor,
  event: Pick<Event, '_id' | 'fields'>,
  fields: AppointmentField[],
  now: Date,
): Promise<boolean> {
  const saved = await Event.updateOne(
    { _id: event._id, account: actor.account, status: 'active', ...asRead({ fields: event.fields }) },
    { $set: { fields } },
  );
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: 'change questions',
    changes: changesOf({ questions: labelsOf(event.fields) }, { questions: labelsOf(fields) }),
    at: now,
  });
  return true;
}

function labelsOf(fields: AppointmentField[] = []): string[] {
  return fields.map(({ label }) => label);
}
