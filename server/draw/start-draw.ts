import { randomBytes } from 'node:crypto';
import { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { recordAudit } from '../audit/record-audit.js';
import { asRead } from '../models/as-read.js';
import { DrawEntry } from '../models/draw-entry.js';
import { isDuplicateKey } from '../models/duplicate-key.js';
import { Draw } from '../models/draw.js';
import { Event } from '../models/event.js';
import { seal, unseal } from '../seal.js';
import type { Actor } from '../web/actor.js';
import { hashSeed } from './draw-wishes.js';

export interface DrawTerms {
  from: Date;
  until: Date;
  most: number;
}

/**
 * Opens a round's seed.
 * @returns undefined if it was sealed with another APP_SECRET
 */
export function openSeed({ config }: Pick<Deps, 'config'>, { seed }: Pick<Draw, 'seed'>): string | undefined {
  return unseal(seed, config.appSecret);
}

/**
 * Starts an event's round with a fresh seed, or changes its times while families wish; then the seed and its published hash stay.
 * @returns how many families have sent more wishes than count; or the refusal: the wishes are closed, a canceled round is still being
 * ended, or somebody changed meanwhile when booking opens
 */
export async function saveDraw(
  deps: Pick<Deps, 'config' | 'now'>,
  actor: Actor,
  event: Event,
  terms: DrawTerms,
): Promise<{ ok: true; losing: number } | { ok: false; reason: 'closed' | 'ending' | 'opening changed' }> {
  const now = deps.now();
  const before = await Draw.findOneAndUpdate(
    { event: event._id, account: event.account, state: 'collecting', until: { $gt: now } },
    { $set: terms },
    { projection: { from: 1, until: 1, most: 1 } },
  ).lean<Draw>();
  if (!before && !(await startDraw(deps, event, terms))) {
    const isEnding = await Draw.exists({ event: event._id, account: event.account, state: 'canceled' });
    return { ok: false, reason: isEnding ? 'ending' : 'closed' };
  }
  const { opensAt, earlyMinutes } = event.booking;
  const entered = await Event.updateOne(
    {
      ...{ _id: event._id, account: event.account },
      ...asRead({ 'booking.opensAt': opensAt, 'booking.earlyMinutes': earlyMinutes }),
    },
    { $set: { draw: { from: terms.from, until: terms.until } } },
  );
  if (entered.matchedCount === 0) {
    await takeBack(event, terms, before ?? undefined);
    return { ok: false, reason: 'opening changed' };
  }
  await recordAudit({
    ...{ account: event.account, event: event._id, user: actor.user, at: now },
    action: before ? 'change draw' : 'start draw',
  });
  const losing = await DrawEntry.countDocuments({
    event: event._id,
    [`wishes.${String(terms.most)}`]: { $exists: true },
  });
  return { ok: true, losing };
}

/** Restores the round: somebody has changed when booking opens, which its times were checked against. */
async function takeBack(event: Event, written: DrawTerms, before: DrawTerms | undefined): Promise<void> {
  const ours = {
    event: event._id,
    account: event.account,
    state: 'collecting' as const,
    until: written.until,
  };
  if (!before) await Draw.updateOne(ours, { $set: { state: 'canceled' } });
  else {
    const { from, until, most } = before;
    await Draw.updateOne(ours, { $set: { from, until, most } });
  }
}

async function startDraw(
  { config, now }: Pick<Deps, 'config' | 'now'>,
  event: Event,
  terms: DrawTerms,
): Promise<boolean> {
  const seed = randomBytes(32).toString('hex');
  try {
    await Draw.create({
      _id: new Types.ObjectId(),
      account: event.account,
      event: event._id,
      ...terms,
      seed: seal(seed, config.appSecret),
      hash: hashSeed(seed),
      state: 'collecting',
      createdAt: now(),
    });
    return true;
  } catch (error) {
    if (isDuplicateKey(error)) return false;
    throw error;
  }
}

/** Cancels a round while its wishes are open. `end-canceled.ts` tells the families, and deletes the round with its wishes and seed. */
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
