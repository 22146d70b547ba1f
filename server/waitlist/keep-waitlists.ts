import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { WaitlistEntry, type Offering } from '../models/waitlist-entry.js';
import { distinctIds } from '../web/lists.js';
import { endOffer } from './end-entry.js';
import { endOthers } from './end-others.js';
import { finishOffer } from './finish-offers.js';
import { offerTimes } from './offer-times.js';
import { openLine } from './open-line.js';

/** Looks at all waitlists. */
export async function keepWaitlists(deps: Deps, stopping: AbortSignal): Promise<void> {
  const events = await WaitlistEntry.distinct('event', { open: true });
  await eachOf(events, stopping, (event) => keepWaitlist(deps, event, stopping));
  await endStrayHolds(deps, stopping);
}

/**
 * Brings an event's waitlist up to date: what became of the offers, who waits for nothing any more, and which free times are whose turn. It goes
 * by what is there, not by what happened, so that nothing is lost with a process that died.
 */
export async function keepWaitlist(deps: Deps, event: Types.ObjectId, stopping: AbortSignal): Promise<void> {
  const line = await openLine(event, deps.now());
  if (!line) return;
  const offering = (await openEntries(event)).filter(isOffering);
  await eachOf(offering, stopping, (entry) => finishOffer(deps, line, entry));
  await endOthers(deps, line, await openEntries(event));
  const waiting = (await openEntries(event)).filter(({ state }) => state === 'waiting');
  const resources = distinctIds(waiting.map(({ resource }) => resource));
  await eachOf(resources, stopping, (resource) => offerTimes(deps, line, resource));
}

/** One that fails is left for the next look and does not hold the others up. */
async function eachOf<T>(
  items: T[],
  stopping: AbortSignal,
  work: (item: T) => Promise<unknown>,
): Promise<void> {
  let failed: unknown;
  for (const item of items) {
    if (stopping.aborted) break;
    await work(item).catch((error: unknown) => (failed ??= error));
  }
  if (failed) throw failed instanceof Error ? failed : new Error('keeping a waitlist failed');
}

/** In the order of the line. */
async function openEntries(event: Types.ObjectId): Promise<WaitlistEntry[]> {
  const entries = await WaitlistEntry.find({ event, open: true }).lean();
  return entries.sort((a, b) => +a.joinedAt - +b.joinedAt || (String(a._id) < String(b._id) ? -1 : 1));
}

function isOffering(entry: WaitlistEntry): entry is Offering {
  return entry.offer !== undefined;
}

/** Holds that no entry names: whoever ended the entry died before ending the hold, or the hold came after that. */
async function endStrayHolds(deps: Deps, stopping: AbortSignal): Promise<void> {
  const held = await Appointment.find({ offer: { $exists: true }, state: 'pending' }, { offer: 1 }).lean();
  if (held.length === 0) return;
  const entries = await WaitlistEntry.find(
    { _id: { $in: held.flatMap(({ offer }) => offer ?? []) }, open: true },
    { 'offer.appointment': 1 },
  ).lean<Partial<Offering>[]>();
  const named = new Set(entries.flatMap(({ offer }) => (offer ? String(offer.appointment) : [])));
  const stray = held.filter(({ _id }) => !named.has(String(_id)));
  await eachOf(stray, stopping, ({ _id }) => endOffer(deps, { appointment: _id }));
}
