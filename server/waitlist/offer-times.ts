import type { Types } from 'mongoose';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import { WaitlistEntry, type Offering } from '../models/waitlist-entry.js';
import { findFit, nothingRefused } from './find-fit.js';
import { findFree } from './find-free.js';
import { holdOffer, isBegun, nameOffer } from './hold-offer.js';
import { openLine, type Line } from './open-line.js';
import { hasWaitlist } from './policy.js';

/** More offers than one teacher has seats; somebody else goes on. */
const ROUNDS = 600;

/**
 * Offers a teacher's free times to those who wait, each to the first who can have it. Whatever freed them: it looks at what is free. Two that do
 * this at once help each other: an offer that is being made is made to its end before anybody further back is looked at.
 */
export async function offerTimes(deps: Deps, line: Line, resource: Types.ObjectId): Promise<void> {
  if (!line.isMoving) return;
  const refused = nothingRefused();
  for (let round = 0; round < ROUNDS; round++) {
    const entries = await WaitlistEntry.find({ resource, open: true })
      .sort({ joinedAt: 1, _id: 1 })
      .lean<WaitlistEntry[]>();
    const begun = entries.find(isBegun);
    if (begun) {
      const isHeld = await holdOffer(deps, line, begun);
      if (!isHeld) refused.pairs.add(pairOf(begun));
      continue;
    }
    const waiting = entries.filter(({ state }) => state === 'waiting');
    if (waiting.length === 0) return;
    const fit = await findFit(deps, line, await findFree(resource, deps.now()), waiting, refused);
    if (!fit) return;
    const named = await nameOffer(deps, fit.entry, fit.slot, fit.until);
    // Somebody was quicker: the line is looked at anew.
    if (!named) continue;
    // It was free a moment ago: whoever has it now, this look asks for it no more.
    if (!(await holdOffer(deps, line, named))) refused.pairs.add(pairOf(named));
  }
}

function pairOf({ _id, offer }: Offering): string {
  return `${offer.slot.toHexString()}@${offer.from.getTime()} ${_id.toHexString()}`;
}

/**
 * Lets those who wait for a teacher go first, before somebody else takes a time that has become free this moment.
 * @param slot the time that somebody is about to take
 */
export async function letLineGoFirst(
  deps: Deps,
  event: Pick<Event, '_id' | 'booking'>,
  slot: Types.ObjectId,
): Promise<void> {
  if (!hasWaitlist(event)) return;
  const [found] = await Slot.aggregate<Pick<Slot, 'resource'>>([
    { $match: { _id: slot, event: event._id } },
    {
      $lookup: {
        from: WaitlistEntry.collection.name,
        localField: 'resource',
        foreignField: 'resource',
        pipeline: [{ $match: { open: true, state: { $in: ['waiting', 'offering'] } } }, { $limit: 1 }],
        as: 'waiting',
      },
    },
    { $match: { 'waiting.0': { $exists: true } } },
    { $project: { resource: 1 } },
  ]);
  const line = found && (await openLine(event._id, deps.now()));
  if (line) await offerTimes(deps, line, found.resource);
}
