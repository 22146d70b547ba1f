import { randomBytes } from 'node:crypto';
import { recordAudit } from '../audit/record-audit.js';
import { Event } from '../models/event.js';
import { searchKey } from '../models/scoped.js';
import type { Actor } from '../web/actor.js';
import type { EventSettings } from './schema.js';

/** Makes an event; its link for parents is made with it, cannot be guessed (96 bits) and never changes. */
export async function createEvent(actor: Actor, settings: EventSettings, now: Date): Promise<Event> {
  const event = await Event.create({
    ...settings,
    account: actor.account,
    link: randomBytes(12).toString('base64url'),
    status: 'active',
    createdAt: now,
    sortKey: searchKey(settings.name),
  });
  await recordAudit({
    account: actor.account,
    event: event._id,
    user: actor.user,
    action: 'create event',
    at: now,
  });
  return event.toObject();
}
