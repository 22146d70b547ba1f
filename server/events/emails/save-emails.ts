import { changesOf } from '../../audit/compare-values.js';
import { recordAudit } from '../../audit/record-audit.js';
import { asRead } from '../../models/as-read.js';
import { Event } from '../../models/event.js';
import type { Actor } from '../../web/actor.js';
import type { Style } from '../../web/place.js';
import { emailsOf, messagesIn, type EmailsForm } from './schema.js';

/** The part of the form that is stored. */
export type EmailSettings = Pick<Event, 'office' | 'reminders' | 'messages'>;

/** A text that is empty or equal to Slotbell's own is not stored, so the event follows Slotbell's text. @param place the school's language */
export function settingsOf(form: EmailsForm, place: Style): Required<EmailSettings> {
  const { officePhone: phone, officeEmail: email, replyTo, reminders } = form;
  return { office: { phone, email, replyTo }, reminders, messages: messagesIn(form, place) };
}

/**
 * Saves how families reach the office and all texts of emails.
 * @param event as it was read; false if somebody has changed it since
 */
export async function saveEmails(
  actor: Actor,
  event: Pick<Event, '_id'> & EmailSettings & Style,
  settings: Required<EmailSettings>,
  now: Date,
): Promise<boolean> {
  const { office, reminders, messages } = event;
  const saved = await Event.updateOne(
    { _id: event._id, account: actor.account, status: 'active', ...asRead({ office, reminders, messages }) },
    { $set: settings },
  );
  if (saved.matchedCount === 0) return false;
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: 'change emails',
    changes: changesOf(emailsOf(event), emailsOf({ ...settings, locale: event.locale }), [
      'officePhone',
      'officeEmail',
      'replyTo',
    ]),
    at: now,
  });
  return true;
}
