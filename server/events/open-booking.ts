import { recordAudit } from '../audit/record-audit.js';
import type { AuditAction } from '../audit/say-action.js';
import { asRead } from '../models/as-read.js';
import { Event } from '../models/event.js';
import type { Actor } from '../web/actor.js';
import { bookingState } from '../web/booking-state.js';
import { findRound } from './check-round.js';

/**
 * Opens booking now. A closing time in the past is removed; one in the future stays. Refused if the event's days are over, if booking is
 * open already, or while a preference round lasts.
 */
export async function openBooking(
  actor: Actor,
  event: Event,
  now: Date,
): Promise<{ ok: true } | { ok: false; reason: 'over' | 'open' | 'round' | 'changed meanwhile' }> {
  const state = bookingState(event, now);
  if (state === 'over' || state === 'open') return { ok: false, reason: state };
  if (await findRound(event, { ...event.booking, opensAt: now })) return { ok: false, reason: 'round' };
  const ended = event.booking.closesAt !== undefined && event.booking.closesAt <= now;
  const result = await Event.updateOne(
    {
      ...{ _id: event._id, account: actor.account, status: 'active' },
      // No round began meanwhile: its beginning is written there too.
      ...{ ...windowAsRead(event), ...asRead({ draw: event.draw }) },
    },
    { $set: { 'booking.opensAt': now }, ...(ended ? { $unset: { 'booking.closesAt': 1 } } : {}) },
  );
  if (result.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  await audit(actor, event, 'open booking', now);
  return { ok: true };
}

/** Closes booking now, or removes the time at which it would have opened. */
export async function closeBooking(
  actor: Actor,
  event: Event,
  now: Date,
): Promise<{ ok: true } | { ok: false; reason: 'closed' | 'changed meanwhile' }> {
  const { set, unset } = withoutWindow(event, now);
  if (!unset && Object.keys(set).length === 0) return { ok: false, reason: 'closed' };
  const result = await Event.updateOne(
    { _id: event._id, account: actor.account, ...windowAsRead(event) },
    { ...(Object.keys(set).length > 0 ? { $set: set } : {}), ...(unset ? { $unset: unset } : {}) },
  );
  if (result.matchedCount === 0) return { ok: false, reason: 'changed meanwhile' };
  await audit(actor, event, 'close booking', now);
  return { ok: true };
}

/** What a page shows about the booking window and whether it is open, for its hidden field `shown`. */
export function windowShown(event: Event, now: Date): string {
  const { opensAt, closesAt } = event.booking;
  return [bookingState(event, now), opensAt?.getTime() ?? '', closesAt?.getTime() ?? ''].join(' ');
}

function windowAsRead({ booking: { opensAt, closesAt } }: Pick<Event, 'booking'>) {
  return asRead({ 'booking.opensAt': opensAt, 'booking.closesAt': closesAt });
}

/** The change after which nobody can book: an open window ends, a future one is removed. */
export function withoutWindow(
  event: Pick<Event, 'booking'>,
  now: Date,
): { set: { 'booking.closesAt'?: Date }; unset?: { 'booking.opensAt': 1 } } {
  const { opensAt, closesAt } = event.booking;
  if (!opensAt || (closesAt && closesAt <= now)) return { set: {} };
  if (opensAt >= now) return { set: {}, unset: { 'booking.opensAt': 1 } };
  return { set: { 'booking.closesAt': now } };
}

function audit(actor: Actor, event: Event, action: AuditAction, at: Date): Promise<void> {
  return recordAudit({ account: actor.account, event: event._id, user: actor.user, action, at });
}
