import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';
import { recordAudit } from '../audit/record-audit.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Draw } from '../models/draw.js';
import { Event } from '../models/event.js';
import type { Actor } from '../web/actor.js';
import { hashSeed } from './draw-wishes.js';

export interface DrawTerms {
  from: Date;
  until: Date;
  most: number;
}

/**
 * Starts an event's round with a fresh seed, or changes its moments while families still wish: then the seed, and so its published hash, stays.
 * @returns why not: its wishes are closed already, or one that was canceled is still being ended
 */
export async function saveDraw(
  actor: Actor,
  event: Event,
  terms: DrawTerms,
  now: Date,
): Promise<{ ok: true } | { ok: false; reason: 'closed' | 'ending' }> {
  const changed = await Draw.updateOne(
    { event: event._id, account: event.account, state: 'collecting', until: { $gt: now } },
    { $set: terms },
  );
  if (changed.matchedCount === 0 && !(await startDraw(event, terms, now))) {
    const isEnding = await Draw.exists({ event: event._id, account: event.account, state: 'canceled' });
    return { ok: false, reason: isEnding ? 'ending' : 'closed' };
  }
  await Event.updateOne(
    { _id: event._id, account: event.account },
    { $set: { draw: { from: terms.from, until: terms.until } } },
  );
  await recordAudit({
    ...{ account: event.account, event: event._id, user: actor.user, at: now },
    action: changed.matchedCount > 0 ? 'change draw' : 'start draw',
  });
  return { ok: true };
}

async function startDraw(event: Event, terms: DrawTerms, now: Date): Promise<boolean> {
  const seed = randomBytes(32).toString('hex');
  try {
    await Draw.create({
      _id: new Types.ObjectId(),
      account: event.account,
      event: event._id,
      ...terms,
      seed,
      hash: hashSeed(seed),
      state: 'collecting',
      createdAt: now,
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/**
 * Calls a round off while its wishes are open. `end-canceled.ts` tells who has wished and deletes it with all that was wished: one that
 * starts later has another seed.
 */
export async function stopDraw(actor: Actor, event: Event, now: Date): Promise<boolean> {
  const canceled = await Draw.updateOne(
    { event: event._id, account: event.account, state: 'collecting', until: { $gt: now } },
    { $set: { state: 'canceled' } },
  );
  if (canceled.modifiedCount === 0) return false;
  await recordAudit({
    ...{ account: event.account, event: event._id, user: actor.user, at: now },
    action: 'stop draw',
  });
  return true;
}
