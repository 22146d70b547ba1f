import type { Types } from 'mongoose';
import { findFollowing, mostInARow } from '../claims/find-following.js';
import type { Deps } from '../deps.js';
import type { Event } from '../models/event.js';
import { Slot } from '../models/slot.js';
import { slotOf, WaitlistEntry } from '../models/waitlist-entry.js';
import { endHopeless } from './end-hopeless.js';
import { findFit, nothingRefused, pairOf } from './find-fit.js';
import { findFree } from './find-free.js';
import { holdOffer, isBegun, nameOffer } from './hold-offer.js';
import { openLine, type Line } from './open-line.js';
import { hasWaitlist } from './policy.js';

/** More offers than one teacher has seats; somebody else goes on. */
const ROUNDS = 600;

/**
 * Offers a teacher's free times to those who wait, each to the first who can have it. Whatever freed them: it looks at what is free. Two that do
 * this at once help each other: an offer that is being made is made to its end before anybody further back is looked at.
 * @param only the one time that is looked at, where somebody waits for the answer; absent: all
 */
export async function offerTimes(
  deps: Deps,
  line: Line,
  resource: Types.ObjectId,
  only?: Types.ObjectId,
): Promise<void> {
  if (!line.isMoving) return;
  const refused = nothingRefused();
  for (let round = 0; round < ROUNDS; round++) {
    const entries = await WaitlistEntry.find({ resource, open: true })
      .sort({ joinedAt: 1, _id: 1 })
      .lean<WaitlistEntry[]>();
    const begun = entries.find(isBegun);
    if (begun) {
      const isHeld = await holdOffer(deps, line, begun);
      if (!isHeld) refused.pairs.add(pairOf(slotOf(begun.offer), begun));
      continue;
    }
    const waiting = entries.filter(({ state }) => state === 'waiting');
    if (waiting.length === 0) return;
    const free = (await findFree(resource, deps.now())).filter(({ _id }) => !only || _id.equals(only));
    if (free.length === 0) return;
    const fit = await findFit(deps, line, free, waiting, refused);
    if (!fit) {
      await endHopeless(deps, line, waiting, refused.never);
      return;
    }
    const named = await nameOffer(deps, fit.entry, fit.slot, fit.until);
    // Somebody was quicker: the line is looked at anew.
    if (!named) continue;
    // It was free a moment ago: whoever has it now, this look asks for it no more.
    if (!(await holdOffer(deps, line, named))) refused.pairs.add(pairOf(slotOf(named.offer), named));
  }
}

/**
 * Lets those who wait for a teacher go first, before somebody else takes a time that has become free this moment. Where the line fails, the
 * booking goes on: the time is free.
 * @param slot the time that somebody is about to take
 * @param inARow for how many slots in a row
 */
export async function letLineGoFirst(
  deps: Deps,
  event: Pick<Event, '_id' | 'account' | 'booking'>,
  slot: Types.ObjectId,
  inARow = 1,
): Promise<void> {
  if (!hasWaitlist(event)) return;
  try {
    await offerFirst(deps, event, slot);
    const first = inARow > 1 && (await Slot.findOne({ _id: slot, event: event._id }).lean());
    if (!first) return;
    const most = Math.min(inARow, mostInARow(event)) - 1;
    for (const next of await findFollowing(event, first, 'household', most))
      await offerFirst(deps, event, next._id);
  } catch (err) {
    deps.log.error({ err, event: event._id, slot }, 'the line could not go first');
  }
}

async function offerFirst(deps: Deps, event: Pick<Event, '_id'>, slot: Types.ObjectId): Promise<void> {
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
  if (line) await offerTimes(deps, line, found.resource, slot);
}
