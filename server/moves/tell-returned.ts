import { tellTogether } from '../meetings/tell-together.js';
import type { Deps } from '../deps.js';
import { LIVING_STATES, type Appointment } from '../models/appointment.js';
import { SlotMoveItem, type SlotMove } from '../models/slot-move.js';
import { groupBy } from '../web/lists.js';
import { appointmentsOf } from './queries.js';

/** Tells families who booked a moved slot that it went back to its old time. Repeating the call queues nothing twice. */
export async function tellReturned(deps: Deps, move: SlotMove): Promise<void> {
  const returned = await findReturned(move);
  for (const [household, theirs] of groupBy(returned, (one) => one.household.toHexString()))
    await tellTogether(
      deps,
      theirs.toSorted((a, b) => +a.from - +b.from),
      'changed',
      { about: `back:${move._id.toHexString()}:${household}`, notice: '' },
    );
}

/** What was booked after a move and went back with its slot. */
export async function findReturned({ _id, kind, createdAt }: SlotMove): Promise<Appointment[]> {
  if (kind !== 'move') return [];
  const items = await SlotMoveItem.find(
    { move: _id, state: { $in: ['undone', 'stays'] } },
    { slot: 1, from: 1, newFrom: 1 },
  ).lean();
  const found = appointmentsOf(items, (slots) => ({
    slot: { $in: slots },
    state: { $in: LIVING_STATES },
    createdAt: { $gt: createdAt },
    moved: { $exists: true },
  }));
  const returned: Appointment[] = [];
  for await (const [one, item] of found)
    // Where it was, and where it is now.
    if (item && +one.from === +item.from && +(one.moved?.from ?? 0) === +item.newFrom) returned.push(one);
  return returned;
}
