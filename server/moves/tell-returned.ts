import { tellTogether } from '../booking/tell-together.js';
import type { Deps } from '../deps.js';
import { Appointment, LIVING_STATES } from '../models/appointment.js';
import { SlotMoveItem, type SlotMove } from '../models/slot-move.js';
import { groupBy } from '../web/lists.js';

/** The slots that are looked at by one query. */
const BATCH = 500;

/**
 * Tells the families who booked a time of a slot that had moved, and that went back to its old time with their meeting. Saying it twice
 * queues it once.
 */
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
  const returned: Appointment[] = [];
  for (let start = 0; start < items.length; start += BATCH) {
    const batch = new Map(
      items.slice(start, start + BATCH).map((item) => [item.slot.toHexString(), item] as const),
    );
    const found = await Appointment.find({
      slot: { $in: [...batch.values()].map(({ slot }) => slot) },
      state: { $in: LIVING_STATES },
      createdAt: { $gt: createdAt },
      moved: { $exists: true },
    }).lean();
    for (const one of found) {
      const item = batch.get(one.slot.toHexString());
      // Where it was, and where it is now.
      if (item && +one.from === +item.from && +(one.moved?.from ?? 0) === +item.newFrom) returned.push(one);
    }
  }
  return returned;
}
