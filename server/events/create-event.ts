import { recordAudit } from '../audit/record-audit.js';
import { Account } from '../models/account.js';
import { Event } from '../models/event.js';
import { searchKey } from '../models/search-key.js';
import { makeLink } from '../seal.js';
import type { Actor } from '../web/actor.js';
import type { EventSettings } from './schema.js';
import { keptOf } from './take-template.js';
import { earlySince } from './update-event.js';

/**
 * Makes an event. Its link for parents is made with it and never changes. It is short and in small letters, as it is typed from paper too; it opens
 * nothing but the event's first page.
 * @param template the event whose questions, texts, reminders and office are copied; without it, the office is the account's
 */
export async function createEvent(
  actor: Actor,
  settings: EventSettings,
  now: Date,
  template?: Event,
): Promise<Event> {
  const { office } = await Account.findById(actor.account, { office: 1 }).orFail().lean();
  const event = await Event.create({
    ...settings,
    booking: { ...settings.booking, ...earlySince(settings, undefined, now) },
    ...(office ? { office } : {}),
    ...(template ? keptOf(template) : {}),
    account: actor.account,
    link: makeLink(),
    status: 'active',
    createdAt: now,
    sortKey: searchKey(settings.name),
  });
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: 'create event',
    ...(template ? { targets: [template._id] } : {}),
    at: now,
  });
  return event.toObject();
}
