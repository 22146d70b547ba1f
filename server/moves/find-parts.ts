import type { Appointment } from '../models/appointment.js';
import { slotsOf } from '../models/appointment-slots.js';
import { Slot } from '../models/slot.js';
import { SlotMoveItem } from '../models/slot-move.js';

/**
 * The slots of a longer meeting in a move, by time; undefined where the move lacks one of them, or leaves it where it is.
 * @param isBack they go back: one that is back already, or never went, is one of them
 */
export async function findParts(
  { move }: Pick<SlotMoveItem, 'move'>,
  appointment: Pick<Appointment, 'slot' | 'more'>,
  isBack: boolean,
): Promise<SlotMoveItem[] | undefined> {
  const slots = slotsOf(appointment);
  const gone = isBack ? {} : { state: { $ne: 'stays' as const } };
  const items = await SlotMoveItem.find({ move, slot: { $in: slots }, ...gone }).lean();
  const parts = slots.flatMap((slot) => items.find((item) => item.slot.equals(slot)) ?? []);
  return parts.length === slots.length ? parts : undefined;
}

/** How long before an item's slot the one before it in the meeting ends. */
export function leadOf(parts: SlotMoveItem[], item: Pick<SlotMoveItem, 'slot' | 'from'>): number {
  const before = parts[parts.findIndex(({ slot }) => slot.equals(item.slot)) - 1];
  return before ? item.from.getTime() - before.to.getTime() : 0;
}

/** Whether all slots of a meeting are where they go; on the way back, where they were. */
export async function areThere(parts: SlotMoveItem[], isBack: boolean): Promise<boolean> {
  const slots = await Slot.find({ _id: { $in: parts.map(({ slot }) => slot) } }, { from: 1 }).lean();
  return parts.every((part) =>
    slots.some(({ _id, from }) => _id.equals(part.slot) && +from === +(isBack ? part.from : part.newFrom)),
  );
}
