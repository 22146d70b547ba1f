import { readBusy } from '../claims/find-busy.js';
import { HOLDER, sittingOf } from '../claims/find-sitting.js';
import { utcDays } from '../claims/plan-needs.js';
import type { Event } from '../models/event.js';
import { Resource } from '../models/resource.js';
import type { Slot } from '../models/slot.js';
import { distinctIds, groupBy } from '../web/lists.js';
import { findOverlaps, type Span } from './plan-slots.js';

/**
 * Takes out of new slots who can't join them, as when they are added by hand: somebody who no longer takes part, or has another meeting
 * then.
 */
export async function keepJoined<S extends Span & Pick<Slot, 'with'>>(
  { _id: event, account }: Pick<Event, '_id' | 'account'>,
  slots: S[],
  now: Date,
): Promise<S[]> {
  const joined = slots.filter((slot) => slot.with);
  if (joined.length === 0) return slots;
  const holders = await Resource.find(
    {
      _id: { $in: distinctIds(joined.flatMap((slot) => slot.with ?? [])) },
      account,
      event,
      status: 'active',
    },
    HOLDER,
  ).lean();
  const peopleOf = new Map(
    holders.map((one) => [String(one._id), sittingOf([one], []).map(({ _id }) => _id)]),
  );
  const days = new Set(joined.flatMap(({ from, to }) => utcDays(from, to)));
  const busy = groupBy(await readBusy([...peopleOf.values()].flat(), [...days], now), ({ person }) => person);
  const isBusy = new Map([...busy].map(([person, list]) => [person, findOverlaps(list)]));
  const canJoin = (holder: string, slot: Span) => {
    const people = peopleOf.get(holder) ?? [];
    return people.length > 0 && !people.some((id) => isBusy.get(String(id))?.(slot));
  };
  return slots.map((slot) => {
    if (!slot.with) return slot;
    const { with: before, ...alone } = slot;
    const after = before.filter((id) => canJoin(String(id), slot));
    return after.length > 0 ? { ...slot, with: after } : (alone as S);
  });
}
