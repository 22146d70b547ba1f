import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import { Appointment } from '../models/appointment.js';
import { comparePlaces, WaitlistEntry, type Offering } from '../models/waitlist-entry.js';
import { distinctIds } from '../web/lists.js';
import { eachOf } from '../web/each-of.js';
import { endOffer } from './end-entry.js';
import { endOthers } from './end-others.js';
import { finishOffer } from './finish-offers.js';
import { offerTimes } from './offer-times.js';
import { openLine } from './open-line.js';

/** An event's waitlist, or one teacher's line of it. */
export interface Which {
  event: Types.ObjectId;
  resource?: Types.ObjectId;
}

/** Looks at all waitlists. */
export async function keepWaitlists(deps: Deps, stopping: AbortSignal): Promise<void> {
  const events = await WaitlistEntry.distinct('event', { open: true });
  await eachOf(events, stopping, (event) => keepWaitlist(deps, { event }, stopping));
  await endStrayHolds(deps, stopping);
}

/**
 * Brings an event's waitlist up to date, or the line for one teacher: who waits for nothing any more, what became of the offers, and which free
 * times are whose turn. It goes by what is there, not by what happened, so that nothing is lost with a process that died.
 */
export async function keepWaitlist(deps: Deps, which: Which, stopping: AbortSignal): Promise<void> {
  const line = await openLine(which.event, deps.now());
  if (!line) return;
  // First, so that who is off the list is not told that it stays there.
  await endOthers(deps, line, await openEntries(which));
  const offering = (await openEntries(which)).filter(isOffering);
  await eachOf(offering, stopping, (entry) => finishOffer(deps, line, entry));
  // Who goes back to the line may belong to another household by now.
  if (offering.length > 0) await endOthers(deps, line, await openEntries(which, offering));
  const waiting = (await openEntries(which)).filter(({ state }) => state === 'waiting');
  const resources = distinctIds(waiting.map(({ resource }) => resource));
  await eachOf(resources, stopping, (resource) => offerTimes(deps, line, resource));
}

/** In the order of the line. */
async function openEntries({ event, resource }: Which, among?: WaitlistEntry[]): Promise<WaitlistEntry[]> {
  const entries = await WaitlistEntry.find({
    ...{ event, open: true },
    ...(resource ? { resource } : {}),
    ...(among ? { _id: { $in: among.map(({ _id }) => _id) } } : {}),
  }).lean();
  return entries.sort(comparePlaces);
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
